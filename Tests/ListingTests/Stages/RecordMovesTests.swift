import Clocks
import TestSupport
import TestWorld
import Testing

@testable import Listing
@testable import SyncCore

@Suite("What needs no fetching")
struct RecordMovesTests {
    private func synced() async throws -> World {
        let world = World.withNotes(["old.md": "text"])
        try await world.run()
        return world
    }

    private func renamed(_ world: World) throws -> (ComparedEntry, FileRecord) {
        let old = try #require(world.record("old.md"))
        var entry = old.entry
        entry.path = VaultPath("new.md")
        entry.version = 9
        return (ComparedEntry(entry: entry), old)
    }

    @Test("a renamed file is copied, and has a record with the mark of its object")
    func copies() async throws {
        let world = try await synced()
        let (item, old) = try renamed(world)
        let moves = RecordMoves(try await world.stageContext(run: .second))
        #expect(try await moves.carryOut([(item, .copy(old))]).isEmpty)
        #expect(world.texts["Notes/new.md"] == "text")
        let record = try #require(world.record("new.md"))
        #expect((record.status, record.version, record.size) == (.completed, 9, 4))
        #expect(record.fingerprint == world.mirror.objects[try ObjectKey("Notes/new.md")]?.fingerprint)
    }

    @Test("where the object is not what its record says, the file is fetched")
    func changed() async throws {
        let world = try await synced()
        let (item, old) = try renamed(world)
        try await world.mirror.put(
            ObjectKey("Notes/old.md"),
            Array("longer".utf8),
            ObjectAttributes(contentType: "text/plain")
        )
        let moves = RecordMoves(try await world.stageContext(run: .second))
        #expect(try await moves.carryOut([(item, .copy(old))]) == [item.entry])
        #expect(world.record("new.md") == nil)
    }

    @Test("what is to be fetched is given back, and a lost object is noted first")
    func fetches() async throws {
        let world = try await synced()
        var lost = try #require(world.record("old.md"))
        lost.status = .failed
        lost.lastError = .objectLost
        let item = ComparedEntry(entry: lost.entry, record: world.record("old.md"))
        let moves = RecordMoves(try await world.stageContext(run: .second))
        let wanted = try await moves.carryOut([(item, .fetch(item.entry, lost: lost)), (item, .nothing)])
        #expect(wanted == [item.entry])
        #expect(world.record("old.md")?.lastError == .objectLost)
    }

    @Test("nothing is written by a run that has lost its lease")
    func leaseLost() async throws {
        let world = try await synced()
        let (item, old) = try renamed(world)
        let moves = RecordMoves(try await world.stageContext(run: .second))
        world.records.setLease(Lease(owner: .third, now: world.clock.now.advanced(by: .seconds(7200))), on: .notes)
        await #expect(throws: LeaseLost.self) { _ = try await moves.carryOut([(item, .copy(old))]) }
        #expect(world.texts["Notes/new.md"] == nil)
    }
}
