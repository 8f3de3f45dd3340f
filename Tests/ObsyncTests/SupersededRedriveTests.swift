import Listing
import Pipeline
import StateMachine
import SyncCore
import Synchronization
import TestSupport
import Testing

@testable import obsync

/// The whole pipeline under its state machine: an old execution that comes back.
@Suite("a redrive of an execution that a newer one has superseded")
struct SupersededRedriveTests {
    /// Lets the lister fail from its nth call on, until it is told otherwise.
    private final class BrokenLister: Sendable {
        private let left: Mutex<Int?>

        init(after calls: Int) { left = Mutex(calls) }

        func mend() { left.withLock { $0 = nil } }

        func strike(_ function: PipelineFunction) throws {
            guard function == .lister else { return }
            let isBroken = left.withLock { left in
                guard let calls = left else { return false }
                left = max(0, calls - 1)
                return calls == 0
            }
            if isBroken { throw SyncError(.protocolChanged, "broken") }
        }
    }

    @Test("ends at once: what the newer one has added stays, and the cursor is not set back", arguments: [false, true])
    func stale(isContinued: Bool) async throws {
        var world = PipelineWorld(files: 40)
        world.listing.batchSize = 2
        world.listing.batchesPerPage = 2
        if isContinued { world.listing.eventLimit = 60 }
        let lister = BrokenLister(after: isContinued ? 4 : 2)
        world.beforeInvocation = { try lister.strike($0) }
        await #expect(throws: SyncError.self) { try await world.run() }
        let failed = try #require(world.executions.executions(status: .failed, limit: 10).first?.name)
        #expect(isContinued == (failed != "run-1"))
        #expect((4..<40).contains(world.mirror.objects.count))
        lister.mend()

        // The process that died gives no lease back: it runs out.
        world.clock.advance(by: .seconds(7200))
        for number in 100..<103 { world.write("text \(number)", to: PipelineWorld.path(number)) }
        let newer = try await world.run(name: "run-2")
        #expect(world.isWhole())
        #expect(world.mirror.objects.count == 43)
        #expect(newer.notes == [])
        let state = try await world.records.state(of: .notes)
        let (files, writes) = (world.records.files(of: .notes), world.mirror.writes)
        _ = world.fetched.take()

        let summary = try await world.redrive(failed)
        #expect(summary.success)
        #expect(summary.message == "Superseded: a newer run has mirrored these vaults since")
        #expect(summary.metadata["deleted"] == "0")
        #expect(summary.notes.count == 1)
        #expect(world.entered(failed).last == "AlreadyRunning")
        #expect(world.fetched.take() == [])
        #expect(world.isWhole())
        #expect(world.mirror.writes == writes)
        #expect(world.records.files(of: .notes) == files)
        #expect(try await world.records.state(of: .notes) == state)
    }
}
