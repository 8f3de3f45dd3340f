import Clocks
import Downloading
import TestSupport
import TestWorld
import Testing

@testable import Listing
@testable import SyncCore

@Suite("Settling a vault")
struct VaultPassSettlingTests {
    @Test("what failed in the first round is handed out once more")
    func secondRound() async throws {
        let world = World.withNotes(["a.md": "A", "b.md": "B"])
        _ = try await world.authenticate("{}".asEvent)
        world.library.setFaults { $0.corruptions[VaultPath("b.md")] = [1] }
        var input = ListInput(run: .first, request: SyncRequest())
        let first = try await world.list(input)
        let result = try await world.download(first.batches[0])
        #expect((result.files, result.failed) == (1, 1))
        world.library.setFaults { $0 = .init() }
        input.cursor = first.cursor
        let second = try await world.list(input)
        #expect(second.batches.map(\.number) == [2])
        #expect(second.batches.map(\.files) == [1])
        _ = try await world.download(second.batches[0])
        input.cursor = second.cursor
        let end = try await world.list(input)
        #expect(end.next == .done)
        #expect(end.summary?.filesCount == 2)
    }

    @Test("a redrive counts what the run had deleted before it failed")
    func deletedBefore() async throws {
        let world = World.withNotes(["a.md": "A", "b.md": "B"])
        try await world.run(.first)
        world.delete("a.md")
        world.write("C", to: "c.md")
        world.library.setFaults { $0.corruptions[VaultPath("c.md")] = [1] }
        await #expect(throws: SyncError.self) { try await world.run(.second) }
        world.library.setFaults { $0 = .init() }
        let outcome = try await world.run(.second, redrives: 1)
        #expect(outcome.summary?.filesCount == 1)
        #expect(outcome.summary?.metadata["deleted"] == "1")
    }

    @Test("a batch without a receipt is handed out again, and what it did store is not fetched twice")
    func unaccountedBatch() async throws {
        let world = World.withNotes(["a.md": "A", "b.md": "B"])
        _ = try await world.authenticate("{}".asEvent)
        var input = ListInput(run: .first, request: SyncRequest())
        let first = try await world.list(input)
        world.recordFaults.replace { operation, _ in
            operation == .saveReceipt ? .init(SyncError(.storeUnavailable, "no")) : nil
        }
        await #expect(throws: SyncError.self) { try await world.download(first.batches[0]) }
        world.recordFaults.replace(with: nil)
        input.cursor = first.cursor
        let second = try await world.list(input)
        #expect(second.batches.map(\.files) == [2])
        _ = try await world.download(second.batches[0])
        input.cursor = second.cursor
        let end = try await world.list(input)
        #expect(end.summary?.filesCount == 2)
        #expect(world.library.contentsSent == 2)
    }

    @Test("entries of batches that never ran get records, so that a later run finds them")
    func neverRan() async throws {
        let world = World.withNotes(["a.md": "A", "b.md": "B"])
        _ = try await world.authenticate("{}".asEvent)
        var input = ListInput(run: .first, request: SyncRequest())
        for _ in 1...2 {
            let output = try await world.list(input)
            #expect(output.batches.count == 1)
            input.cursor = output.cursor
        }
        let end = input
        let error = await #expect(throws: SyncError.self) { try await world.list(end) }
        #expect(error?.name == .partialFailure)
        #expect(error?.message.hasPrefix("2 files") == true)
        #expect(world.record("a.md")?.status == .failed)
        #expect(try await world.records.progress(of: .notes)?.phase == .failed)
        let outcome = try await world.run(.second)
        #expect(outcome.summary?.filesCount == 2)
    }

    @Test("a transfer that was begun by a batch nobody heard of again is gone on with by the next run")
    func unaccountedTransfer() async throws {
        var world = World.withNotes()
        world.downloading.upload = UploadSettings(multipartThreshold: 5 << 20, partSize: 5 << 20, partsInFlight: 1)
        let large = [UInt8](repeating: 7, count: (5 << 20) + 300_000)
        world.library.write(large, to: VaultPath("large.mp4"), in: .notes, statesHash: false)
        world.library.setFaults { $0.givesRanges = true }
        world.library.setRangeHook { [clock = world.clock] _, _, number in
            if number == 1 { clock.advance(by: .seconds(400)) }
            return nil
        }
        _ = try await world.authenticate("{}".asEvent)
        var input = ListInput(run: .first, request: SyncRequest())
        let first = try await world.list(input)
        #expect(try await world.download(first.batches[0]).status == .partial)
        for _ in 1...2 { input.cursor = try await world.list(input).cursor }
        let end = input
        await #expect(throws: SyncError.self) { try await world.list(end) }
        let record = try #require(world.record("large.mp4"))
        #expect(record.status == .failed)
        #expect(record.checkpoint != nil)
        #expect(try await world.run(.second).summary?.filesCount == 1)
        #expect(world.library.rangesAsked == 2)
        #expect(world.mirror.uploadsBegun == 1)
        #expect(world.record("large.mp4")?.checkpoint == nil)
    }

    @Test("each redrive gives failed files new rounds, and only them")
    func redrive() async throws {
        let world = World.withNotes(["a.md": "A", "bad.md": "B"])
        world.library.setFaults { $0.corruptions[VaultPath("bad.md")] = [1] }
        for redrives in 0...2 {
            let error = await #expect(throws: SyncError.self) { try await world.run(redrives: redrives) }
            #expect(error?.name == .partialFailure)
        }
        #expect(world.record("bad.md")?.attempts == 6)
        world.library.setFaults { $0 = .init() }
        let sent = world.library.contentsSent
        let outcome = try await world.run(redrives: 3)
        #expect(world.library.contentsSent == sent + 1)
        #expect(outcome.summary?.filesCount == 2)
        #expect(world.texts["Notes/bad.md"] == "B")
    }

    @Test("a token that ran out in a batch sends the run back to the authenticator")
    func tokenExpired() async throws {
        let world = World.withNotes(["a.md": "A", "b.md": "B"])
        _ = try await world.authenticate("{}".asEvent)
        var input = ListInput(run: .first, request: SyncRequest())
        let first = try await world.list(input)
        world.library.setFaults { $0.contentsUntilTokenExpires = 1 }
        await #expect(throws: SyncError.self) { try await world.download(first.batches[0]) }
        input.cursor = first.cursor
        let refused = input
        let error = await #expect(throws: SyncError.self) { try await world.list(refused) }
        #expect(error?.name == .tokenExpired)
        _ = try await world.authenticate("{}".asEvent)
        let second = try await world.list(input)
        #expect(second.next == .work)
        _ = try await world.download(second.batches[0])
        input.cursor = second.cursor
        #expect(try await world.list(input).next == .done)
        #expect(world.texts.count == 2)
        #expect(world.library.tokensIssued == 2)
    }

    @Test("a run that lost its lease commits nothing")
    func lostLease() async throws {
        let world = World.withNotes(["a.md": "A"])
        world.recordFaults.replace { operation, _ in
            guard operation == .commit else { return nil }
            return .init(SyncError(.storeUnavailable, "no"))
        }
        await #expect(throws: SyncError.self) { try await world.run() }
        world.recordFaults.replace(with: nil)
        world.clock.advance(by: .seconds(3600))
        let now = world.clock.now
        _ = try await world.records.acquireLease(Lease(owner: .second, now: now), on: .notes, now: now)
        #expect(try await world.run().next == .busy)
        #expect(try await world.records.state(of: .notes) == nil)
    }
}
