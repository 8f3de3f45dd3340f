import TestSupport
import TestWorld
import Testing

@testable import Listing
@testable import SyncCore

@Suite("Deleting what is gone")
struct DeleteStageTests {
    private func synced(_ policy: DeletionPolicy = .mirror) async throws -> World {
        var world = World.withNotes(["a.md": "A", "b.md": "B"])
        world.listing.deletions = policy
        try await world.run()
        return world
    }

    /// Deletes what a list of these paths names.
    private func delete(
        _ entries: [(path: String, version: Int64)],
        _ world: World
    ) async throws -> [DeleteStage.Deleted] {
        let context = try await world.stageContext(run: .second)
        var spool = GoneSpool(context, pieces: 0)
        for entry in entries { try await spool.add(VaultPath(entry.path), version: entry.version) }
        spool.note(comparedUpTo: VaultPath("z"))
        try await spool.flush()
        var stretches: [DeleteStage.Deleted] = []
        let isOver = try await DeleteStage(context).delete(1, from: 0) { deleted in
            stretches.append(deleted)
            return true
        }
        #expect(isOver)
        return stretches
    }

    @Test("the object goes, and its record says when and in which version")
    func deletes() async throws {
        let world = try await synced()
        let done = try await delete([("a.md", 9)], world)
        #expect(done.map(\.files).reduce(0, +) == 1)
        #expect(world.texts.keys.sorted() == ["Notes/b.md"])
        let record = try #require(world.record("a.md"))
        #expect((record.status, record.version, record.run) == (.deleted, 9, .second))
        #expect(record.deletedAt == world.clock.now)
    }

    @Test("a file that has changed since it was found to be gone stays")
    func newer() async throws {
        let world = try await synced()
        let version = try #require(world.record("a.md")).version
        #expect(try await delete([("a.md", version - 1)], world).map(\.files).reduce(0, +) == 0)
        #expect(world.texts.count == 2)
    }

    @Test("where files are kept, only the record says that they are gone")
    func keeps() async throws {
        let world = try await synced(.keep)
        #expect(try await delete([("a.md", 9)], world).map(\.files).reduce(0, +) == 0, "nothing is deleted")
        #expect(world.texts.count == 2)
        #expect(world.record("a.md")?.status == .deleted)
        #expect(world.record("a.md")?.isStored == true)
    }

    @Test("what the store does not let go keeps its record, and is counted")
    func refused() async throws {
        let world = try await synced()
        world.mirror.refuseDeletion(of: [try ObjectKey("Notes/a.md")])
        let done = try await delete([("a.md", 9), ("b.md", 9)], world)
        #expect((done.map(\.files).reduce(0, +), done.map(\.refused).reduce(0, +)) == (1, 1))
        let record = try #require(world.record("a.md"))
        #expect((record.status, record.lastError) == (.completed, .storeRefused))
        #expect(done.compactMap(\.reason) == ["StoreRefused"])
    }

    @Test("a listing with names that cannot be read, or without any file, deletes nothing by itself")
    func brake() async throws {
        let world = try await synced()
        let stage = DeleteStage(try await world.stageContext(run: .second))
        var listing = try #require(world.stagePlan().listing)
        #expect(try await !isHeldBack(stage, listing, gone: 1))
        listing.unreadable = 1
        #expect(try await isHeldBack(stage, listing, gone: 1))
        listing.unreadable = 0
        listing.entries = 0
        #expect(try await isHeldBack(stage, listing, gone: 11))
        var request = SyncRequest()
        request.options.allowDeletions = true
        let allowed = DeleteStage(try await world.stageContext(request, run: .second))
        #expect(try await !isHeldBack(allowed, listing, gone: 11))
    }

    private func isHeldBack(_ stage: DeleteStage, _ listing: RunState.Listing, gone: Int) async throws -> Bool {
        if case .hold = try await stage.verdict(listing, gone: gone, pieces: 0) { true } else { false }
    }
}
