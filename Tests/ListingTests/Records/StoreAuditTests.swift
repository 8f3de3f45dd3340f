import Clocks
import TestSupport
import TestWorld
import Testing

@testable import Listing
@testable import SyncCore

@Suite("A complete run looks after the store")
struct StoreAuditTests {
    private let complete = #"{"sync_type": "complete"}"#

    private func synced(_ count: Int = 9) async throws -> World {
        let world = World.withNotes()
        for number in 0..<count { world.write("text \(number)", to: "folder/\(number).md") }
        world.write("other", to: "folder.md")
        try await world.run()
        return world
    }

    private func overwrite(_ path: String, _ text: String, _ world: World, sha256: String? = nil) async throws {
        let attributes = ObjectAttributes(contentType: "text/plain", sha256: sha256)
        try await world.mirror.put(ObjectKey("Notes/" + path), Array(text.utf8), attributes)
    }

    @Test("where all is well, nothing is fetched and nothing reported")
    func intact() async throws {
        let world = try await synced()
        let outcome = try await world.run(.second, complete)
        #expect(world.library.contentsSent == 10)
        #expect(outcome.summary?.notes == [])
        #expect(outcome.summary?.filesCount == 0)
    }

    @Test("what is missing, of another size, or of other metadata is fetched again")
    func repairs() async throws {
        var world = try await synced()
        try await world.mirror.delete([ObjectKey("Notes/folder/0.md"), ObjectKey("Notes/folder.md")])
        try await overwrite("folder/3.md", "longer than before", world, sha256: world.record("folder/3.md")?.sha256)
        try await overwrite("folder/8.md", "TEXT 8", world)
        try await overwrite("folder/7.md", "TEXT 7", world, sha256: "00")
        // An incremental run does not look.
        world.excused = [.objects]
        try await world.run(.second)
        world.excused = []
        #expect(world.texts["Notes/folder/8.md"] == "TEXT 8")
        let outcome = try await world.run(.third, complete)
        #expect(
            world.texts
                == Dictionary(
                    uniqueKeysWithValues: (0..<9).map { ("Notes/folder/\($0).md", "text \($0)") } + [
                        ("Notes/folder.md", "other")
                    ]
                )
        )
        #expect(outcome.summary?.metadata["lost"] == "5")
        #expect(outcome.summary?.filesCount == 5)
        #expect(outcome.summary?.notes.count == 1)
        #expect(world.record("folder/3.md")?.status == .completed)
        #expect(world.record("folder/3.md")?.lastError == nil)
    }

    @Test("a file that cannot be fetched again at once waits for the next run")
    func repairFails() async throws {
        let world = try await synced(3)
        try await world.mirror.delete([ObjectKey("Notes/folder/1.md")])
        world.library.setFaults { $0.corruptions[VaultPath("folder/1.md")] = [1] }
        await #expect(throws: SyncError.self) { try await world.run(.second, complete) }
        world.library.setFaults { $0 = .init() }
        try await world.run(.third)
        #expect(world.texts["Notes/folder/1.md"] == "text 1")
    }

    @Test("in a large vault only the metadata of objects younger than their records are looked at")
    func younger() async throws {
        var world = try await synced()
        world.listing.metadataLimit = 3
        for (key, _) in world.mirror.objects { world.mirror.setWritten(world.clock.now, of: key) }
        try await overwrite("folder/4.md", "TEXT 4", world)
        let key = try ObjectKey("Notes/folder/4.md")
        world.mirror.setWritten(world.clock.now.advanced(by: .seconds(1)), of: key)
        world.mirrorFaults.replace(with: nil)
        try await world.run(.second, complete)
        #expect(world.mirrorFaults.count(of: .head) == 1)
        #expect(world.texts["Notes/folder/4.md"] == "text 4")
    }

    @Test("files that are gone, and those that are new, are no strangers and not lost")
    func withChanges() async throws {
        let world = try await synced()
        world.delete("folder/2.md")
        world.write("new", to: "folder/20.md")
        world.write("changed", to: "folder/5.md")
        let outcome = try await world.run(.second, complete)
        #expect(outcome.summary?.notes == [])
        #expect(outcome.summary?.metadata["deleted"] == "1")
        #expect(outcome.summary?.filesCount == 2)
        #expect(world.texts.count == 10)
    }

    @Test("a store that does not list in order, or stops listing, ends the run before anything is written")
    func brokenListing() async throws {
        let world = try await synced(3)
        let records = world.records.files(of: .notes)
        world.mirrorFaults.replace { operation, _ in
            operation == .list ? .init(SyncError(.storeUnavailable, "no")) : nil
        }
        await #expect(throws: SyncError.self) { try await world.run(.second, complete) }
        #expect(world.records.files(of: .notes) == records)
        let pages = [[ListedObject(key: "Notes/b", size: 0)], [ListedObject(key: "Notes/a", size: 0)]]
        var audit = StoreAudit(Replay(pages), prefix: "Notes/", ignoring: [])
        await #expect(throws: SyncError.self) { try await audit.finish() }
    }

    @Test("what lies at the top and is none of the vault's business is no stranger")
    func ignored() async throws {
        let store = MemoryObjectStore()
        for key in ["state/x", "statement.md", "a.md", ".obsync/y"] {
            try await store.put(ObjectKey(key), [], ObjectAttributes(contentType: ""))
        }
        var audit = StoreAudit(store, folder: "", ignoring: ["state", ".obsync"], after: nil)
        #expect(try await audit.object(at: VaultPath("a.md"))?.size == 0)
        try await audit.finish()
        #expect(audit.strangers == 1)
    }

    @Test("what was lost below a folder that the listing names as unchanged is fetched again", arguments: [1, 100])
    func unchangedFolder(batchSize: Int) async throws {
        var world = try await synced(250)
        world.listing.batchSize = batchSize
        world.library.change(.notes) { vault in
            vault.changes.removeAll { $0.path.isBelow(VaultPath("folder")) }
            vault.changes.append(Entry(kind: .unchanged, path: VaultPath("folder"), version: 1000, handle: ""))
        }
        try await world.mirror.delete(["7", "80", "81", "99"].map { try ObjectKey("Notes/folder/\($0).md") })
        try await overwrite("folder/8.md", "TEXT 8", world)
        var input = ListInput(run: .second, request: SyncRequest())
        input.request.syncType = .complete
        var output: ListOutput
        repeat {
            _ = try await world.list(input, deadline: world.clock.now)
            output = try await world.list(input, deadline: world.clock.now)
            for batch in output.batches { _ = try await world.download(batch, of: .second, input.request) }
            input.cursor = output.cursor
        } while output.next == .work
        #expect(output.summary?.metadata["lost"] == "5")
        #expect(output.summary?.metadata["strangers"] == "0")
        #expect(output.summary?.metadata["deleted"] == "0")
        #expect(world.texts.count == 251)
        #expect(world.texts["Notes/folder/8.md"] == "text 8")
        #expect(world.library.contentsSent == 256)
    }
}
