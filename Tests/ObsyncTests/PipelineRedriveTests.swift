import Listing
import Pipeline
import StateMachine
import SyncCore
import Synchronization
import TestSupport
import Testing

@testable import obsync

/// Redrives of the whole pipeline, everything outside it in memory.
@Suite("a redrive of the pipeline")
struct PipelineRedriveTests {
    @Test("fetches the file that failed both rounds, once it is mended, and nothing else")
    func failedFile() async throws {
        var world = PipelineWorld(files: 12)
        world.listing.batchSize = 4
        let broken = PipelineWorld.path(5)
        world.library.setFaults { $0.corruptions[VaultPath(broken)] = Array("junk".utf8) }
        let error = await #expect(throws: SyncError.self) { try await world.run() }
        #expect(error?.name == .partialFailure)
        let failed = try #require(world.executions.execution(named: "run-1"))
        #expect(failed.status == .failed)
        #expect(failed.error == "PartialFailure")
        #expect(world.entered().last == "List", "the state that fails is one that does real work when it is redriven")
        #expect(world.fetched.take().count { $0 == broken } == 2)

        world.library.setFaults { $0 = .init() }
        let summary = try await world.redrive()
        #expect(world.fetched.take() == [broken])
        #expect(summary.filesCount == 12)
        #expect(world.isWhole())
        let redriven = try #require(world.executions.execution(named: "run-1"))
        #expect(redriven.status == .succeeded)
        #expect(redriven.redriveCount == 1)
    }

    @Test("that fails as before can be redriven again")
    func twice() async throws {
        let world = PipelineWorld(files: 3)
        let broken = PipelineWorld.path(1)
        world.library.setFaults { $0.corruptions[VaultPath(broken)] = Array("junk".utf8) }
        await #expect(throws: SyncError.self) { try await world.run() }
        let again = await #expect(throws: SyncError.self) { try await world.redrive() }
        #expect(again?.name == .partialFailure)
        world.library.setFaults { $0 = .init() }
        _ = world.fetched.take()
        try await world.redrive()
        #expect(world.fetched.take() == [broken])
        #expect(world.isWhole())
    }

    @Test("begins with the authenticator when that failed")
    func authenticator() async throws {
        let world = PipelineWorld(files: 3)
        world.library.setAcceptsPassword(false)
        let error = await #expect(throws: SyncError.self) { try await world.run() }
        #expect(error?.name == .authenticationFailed)
        #expect(world.entered() == ["Authenticate"])
        world.library.setAcceptsPassword(true)
        let summary = try await world.redrive()
        #expect(summary.filesCount == 3)
        #expect(world.entered().count { $0 == "Authenticate" } == 1, "the state is scheduled again, not entered")
        #expect(world.isWhole())
    }

    @Test("does not sign in again when the authenticator had succeeded")
    func keepsAuthentication() async throws {
        let world = PipelineWorld(files: 3)
        let calls = Mutex<[PipelineFunction]>([])
        let isBroken = Mutex(true)
        var broken = world
        broken.beforeInvocation = { function in
            calls.withLock { $0.append(function) }
            if function == .lister, isBroken.withLock({ $0 }) { throw SyncError(.protocolChanged, "broken") }
        }
        await #expect(throws: SyncError.self) { try await broken.run() }
        isBroken.withLock { $0 = false }
        calls.withLock { $0 = [] }
        try await broken.redrive()
        #expect(calls.withLock { $0 } == [.lister, .downloader, .lister])
    }

    /// Lets the process die at one call of a port: that call and all after it fail, and the execution is stopped.
    private final class Death: Sendable {
        let calls = Mutex(0)
        let fatal: Int
        let kill: @Sendable () -> Void

        init(at fatal: Int, kill: @escaping @Sendable () -> Void) {
            self.fatal = fatal
            self.kill = kill
        }

        func strike() -> (any Error)? {
            let number = calls.withLock { calls in
                calls += 1
                return calls
            }
            guard number >= fatal else { return nil }
            if number == fatal { kill() }
            return CancellationError()
        }
    }

    @Test(
        "after a death at any call of a port, before or after it takes effect, mirrors everything",
        arguments: [false, true]
    )
    func everyPosition(afterDoing: Bool) async throws {
        var fatal = 1
        while true {
            var world = PipelineWorld(files: 6)
            world.listing.batchSize = 2
            let died = try await runToDeath(world, at: fatal, afterDoing: afterDoing)
            guard died else { break }
            world.mirrorFaults.replace(with: nil)
            world.stateFaults.replace(with: nil)
            world.recordFaults.replace(with: nil)
            _ = try await world.engine().interpreter.abortOrphans()
            // A lease that stands belongs to the same run, which enters it again.
            let summary = try await world.redrive()
            #expect(summary.success, "died at call \(fatal)")
            #expect(world.records.lease(on: .notes) == nil, "died at call \(fatal): \(world.entered())")
            #expect(world.isWhole(), "died at call \(fatal)")
            #expect(world.mirror.openUploads == 0)
            #expect(world.library.contentsSent <= 6 + 2, "died at call \(fatal)")
            #expect(world.executions.execution(named: "run-1")?.status == .succeeded)
            fatal += 1
        }
        #expect(fatal > 30)
    }

    private func runToDeath(_ world: PipelineWorld, at fatal: Int, afterDoing: Bool) async throws -> Bool {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let death = Death(at: fatal) { continuation.finish() }
        world.mirrorFaults.replace { _, _ in death.strike().map { .init($0, afterDoing: afterDoing) } }
        world.stateFaults.replace { _, _ in death.strike().map { .init($0, afterDoing: afterDoing) } }
        world.recordFaults.replace { _, _ in death.strike().map { .init($0, afterDoing: afterDoing) } }
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                do {
                    // What a process leaves behind that has died is no end of a run.
                    _ = try await world.engine().run(input: ["options": ["max_concurrent": 1]], name: "run-1")
                    return death.calls.withLock { $0 } >= fatal
                } catch {
                    return true
                }
            }
            group.addTask {
                for await _ in stream {}
                return true
            }
            // Whichever comes first: the end of the run, or the death, which stops the run.
            let first = await group.next() ?? true
            group.cancelAll()
            return first
        }
    }

    @Test("after a continuation is one of the successor, and goes on with the same run")
    func successor() async throws {
        var world = PipelineWorld(files: 8)
        world.listing.batchSize = 1
        world.listing.batchesPerPage = 2
        world.listing.eventLimit = 60
        let broken = PipelineWorld.path(7)
        world.library.setFaults { $0.corruptions[VaultPath(broken)] = Array("junk".utf8) }
        let error = await #expect(throws: SyncError.self) { try await world.run() }
        #expect(error?.name == .partialFailure)
        let refused = await #expect(throws: StateMachineError.self) { try await world.redrive("run-1") }
        #expect(refused?.code == .executionNotRedrivable)
        let failed = try #require(world.executions.executions(status: .failed, limit: 10).first)
        #expect(failed.name != "run-1")
        world.library.setFaults { $0 = .init() }
        _ = world.fetched.take()
        try await world.redrive(failed.name)
        #expect(world.fetched.take() == [broken])
        #expect(world.isWhole())
    }
}
