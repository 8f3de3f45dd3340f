import InMemoryTracing
import MetricsTestKit
import TestSupport
import TestWorld
import Testing
import Tracing

@testable import SyncCore

@Suite("what a run measures")
struct PipelineMetricsTests {
    @Test("files, bytes and times of a good run")
    func goodRun() async throws {
        let observed = ObservedPipeline(.withNotes(["a.md": "AAAA", "b.md": "BB", "empty.md": ""]))
        try await observed.run()
        #expect(observed.total(.filesSynced) == 3)
        #expect(observed.total(.bytesTransferred) == 6)
        #expect(observed.total(.tokenRefreshes) == 1)
        #expect(observed.total(.syncFailures) == 0)
        #expect(observed.sink.timers(label: "TransferDuration").flatMap(\.values).count == 3)
        #expect(observed.sink.timers(label: "TimeToFirstByte").flatMap(\.values).count == 2)
        #expect(observed.values(.filesPending) == [0])
        #expect(observed.values(.oldestPendingAge).isEmpty)
    }

    @Test("a second run that has nothing to do transfers nothing and refreshes nothing")
    func idleRun() async throws {
        let world = World.withNotes(["a.md": "A"])
        try await ObservedPipeline(world).run(execution: "first")
        let observed = ObservedPipeline(world)
        try await observed.run(execution: "second")
        #expect(observed.total(.filesSynced) == 0)
        #expect(observed.total(.tokenRefreshes) == 0)
        #expect(observed.total(.bytesTransferred) == 0)
    }

    @Test("each failed file counts under its type, and waits in the vault; a file that is gone has not failed")
    func failures() async throws {
        let world = World.withNotes(["bad.md": "bad", "good.md": "good", "gone.md": "gone"])
        world.library.setFaults { $0.corruptions = [VaultPath("bad.md"): Array("worse".utf8)] }
        world.library.loseContent(of: VaultPath("gone.md"), in: .notes)
        let observed = ObservedPipeline(world)
        let error = await #expect(throws: SyncError.self) { try await observed.run() }
        #expect(error?.name == .partialFailure)
        let corrupt = observed.total(.syncFailures, [("ErrorType", "CorruptContent")])
        #expect(corrupt == 1, "once, when it is given up")
        #expect(observed.total(.recoveries) == 1, "and once when it is handed out again")
        #expect(observed.total(.syncFailures) == corrupt)
        #expect(observed.total(.filesSynced) == 1)
        #expect(observed.values(.lastCompleteAge).allSatisfy { $0 > 0 }, "it was never complete")
        #expect(observed.values(.filesPending) == [1])
        #expect(observed.values(.oldestPendingAge).count == 1)
    }

    @Test("a vault that is passed over counts under its error, once")
    func vaultFailure() async throws {
        let world = World.withNotes(["a.md": "A"])
        world.library.addVault(Vault(id: .work, name: "Work", epoch: "epoch-1"))
        world.library.change(.work) { $0.refusal = SyncError(.vaultPasswordWrong, "the password does not fit") }
        let observed = ObservedPipeline(world)
        await #expect(throws: SyncError.self) { try await observed.run() }
        #expect(observed.total(.syncFailures, [("ErrorType", "VaultPasswordWrong")]) == 1)
        let ages = observed.values(.lastCompleteAge)
        #expect(ages.count == 2 && ages.contains(0) && ages.contains { $0 > 365 * 86_400 }, "one was never complete")
        #expect(observed.total(.filesSynced) == 1)
    }

    @Test("a batch that is called again is no failure of the run's")
    func batchFailure() async throws {
        let world = World.withNotes(["a.md": "A"])
        world.library.setFaults { $0.contentsUntilTokenExpires = 0 }
        let observed = ObservedPipeline(world)
        await #expect(throws: SyncError.self) { try await observed.run() }
        #expect(observed.total(.recoveries) >= 1)
        #expect(observed.total(.syncFailures) == 0)
    }

    @Test("an account that refuses counts by its cause; one that is away does not")
    func authentication() async throws {
        let world = World.withNotes()
        world.library.setAcceptsPassword(false)
        let observed = ObservedPipeline(world)
        await #expect(throws: SyncError.self) { try await observed.run() }
        #expect(observed.total(.authenticationFailures, [("Cause", "AuthenticationFailed")]) == 1)
        #expect(observed.total(.syncFailures) == 0)
    }

    @Test("the provider's calls are spans below one another, and hold no name of vault or file")
    func spans() async throws {
        let observed = ObservedPipeline(.withNotes(["secret-name.md": "AAAA"]))
        try await observed.run()
        let spans = observed.tracer.finishedSpans
        #expect(spans.allSatisfy { $0.operationName == "fake" })
        let operations = spans.compactMap { span -> String? in
            if case .string(let text)? = span.attributes.get("rpc.method") { text } else { nil }
        }
        #expect(Set(operations) == ["check", "renew", "vaults", "session", "list", "content"])
        #expect(spans.allSatisfy { $0.attributes.count == 1 && $0.events.isEmpty })
        let content = try #require(spans.first { $0.attributes.get("rpc.method") == .string("content") })
        let session = try #require(spans.first { $0.spanID == content.parentSpanID })
        #expect(session.attributes.get("rpc.method") == .string("session"))
        #expect(content.kind == .client)
        #expect(session.kind == .internal)
    }
}
