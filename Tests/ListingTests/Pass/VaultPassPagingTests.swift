import TestSupport
import TestWorld
import Testing

@testable import Listing
@testable import SyncCore

@Suite("Handing out pages and batches")
struct VaultPassPagingTests {
    @Test("batches end at their number of entries and at their bytes")
    func batchLimits() async throws {
        var world = World.withNotes()
        world.listing.batchSize = 3
        world.listing.batchBytes = 10
        for (path, size) in [("1", 12), ("2", 4), ("3", 4), ("4", 4), ("5", 0), ("6", 0), ("7", 0), ("8", 0)] {
            world.write(String(repeating: "x", count: size), to: path)
        }
        _ = try await world.authenticate("{}".asEvent)
        let output = try await world.list(ListInput(run: .first, request: SyncRequest()))
        #expect(output.batches.map(\.files) == [1, 3, 3, 1])
        #expect(output.batches.map(\.key.rawValue).first == "notes-id/run-1/batches/000001.jsonl")
        let progress = try await world.records.progress(of: .notes)
        #expect(progress?.phase == .downloading, "what was handed out last is still to be fetched")
    }

    @Test("a listing of many pages is handed out whole, each file once")
    func manyPages() async throws {
        var world = World.withNotes()
        world.listing.batchSize = 7
        world.listing.batchesPerPage = 3
        for number in 1...230 { world.write("text \(number)", to: "folder \(number % 7)/\(number).md") }
        let outcome = try await world.run()
        #expect(outcome.pages == 11)
        #expect(outcome.summary?.filesCount == 230)
        #expect(world.library.contentsSent == 230)
        #expect(world.texts.count == 230)
    }

    @Test("a new version of the same content moves the record on and fetches nothing")
    func sameContent() async throws {
        let world = World.withNotes(["a.md": "A"])
        try await world.run()
        world.write("A", to: "a.md")
        let outcome = try await world.run(.second)
        #expect(outcome.summary?.filesCount == 0)
        #expect(world.library.contentsSent == 1)
        #expect(world.mirror.writes == 1)
        #expect(world.record("a.md")?.version == 2)
        #expect(world.record("a.md")?.status == .completed)
    }

    @Test("a renamed file is copied within the store")
    func rename() async throws {
        let world = World.withNotes(["old.md": "A"])
        try await world.run()
        world.rename("old.md", to: "new.txt")
        try await world.run(.second)
        #expect(world.texts == ["Notes/new.txt": "A"])
        #expect(world.library.contentsSent == 1)
        let stored = try #require(world.mirror.objects.values.first)
        #expect(stored.attributes.contentType == "text/plain; charset=utf-8")
        #expect(stored.attributes.path == VaultPath("new.txt"))
        #expect(stored.attributes.sourceVersion == "3")
        #expect(world.record("old.md")?.status == .deleted)
        #expect(world.record("new.txt")?.status == .completed)
    }

    @Test("files that swap their names keep their contents")
    func swap() async throws {
        let world = World.withNotes(["a.md": "A", "b.md": "B"])
        try await world.run()
        world.rename("a.md", to: "c.md")
        world.rename("b.md", to: "a.md")
        world.rename("c.md", to: "b.md")
        try await world.run(.second)
        #expect(world.texts == ["Notes/a.md": "B", "Notes/b.md": "A"])
    }

    @Test("a rename is fetched when the object to copy holds something newer than its record")
    func renameFromOverwrittenObject() async throws {
        var world = World.withNotes(["a.md": "old"])
        try await world.run()
        world.listing.batchSize = 1
        world.listing.batchesPerPage = 1
        world.rename("a.md", to: "b.md")
        world.write("new", to: "a.md")
        // The new content of a.md is stored, but no record of it can be written before b.md's turn.
        world.recordFaults.replace { operation, number in
            operation == .saveRecord && number <= 20 ? .init(SyncError(.storeUnavailable, "no")) : nil
        }
        _ = try await world.authenticate("{}".asEvent)
        let first = try await world.list(ListInput(run: .second, request: SyncRequest()))
        _ = try? await world.download(try #require(first.batches.first), of: .second)
        world.recordFaults.replace(with: nil)
        let last = ListInput(run: .second, request: SyncRequest(), cursor: first.cursor)
        let second = try await world.list(last)
        for batch in second.batches { _ = try await world.download(batch, of: .second) }
        try await world.run(.second)
        #expect(world.texts == ["Notes/a.md": "new", "Notes/b.md": "old"])
    }

    @Test("a name that no store takes is noted, and costs the others nothing")
    func hostileNames() async throws {
        let world = World.withNotes(["a.md": "A", "../escape.md": "X", "double//slash.md": "Y", "": "Z"])
        let outcome = try await world.run()
        #expect(world.texts == ["Notes/a.md": "A"])
        #expect(world.record("../escape.md")?.status == .skipped)
        #expect(world.record("../escape.md")?.lastError == "NameRefused")
        #expect(outcome.summary?.notes == ["vault notes-id: 3 files cannot be stored"])
        #expect(try await world.run(.second).summary?.notes == [])
    }

    /// A world with a group of 70 files of ten bytes, and a file before and behind it.
    private func worldWithGroup() -> World {
        var world = World.withNotes(["a": "before", "z": "behind"])
        world.listing.batchSize = 5
        world.listing.batchesPerPage = 4
        // A provider tells them in any order.
        let names = (0..<70).map { String($0 * 37 % 70) }
        world.library.addGroup(VaultPath("m"), of: names.map { ($0, Array("file \($0) xx".utf8)) }, in: .notes)
        return world
    }

    @Test("a group of any size is handed out page by page, each file once")
    func largeGroup() async throws {
        let world = worldWithGroup()
        let outcome = try await world.run()
        #expect(outcome.pages == 6)
        #expect(world.library.contentsSent == 72)
        #expect(world.texts["Notes/m/69"] == "file 69 xx")
        #expect(world.texts.count == 72)
    }

    @Test("a page ends in the middle of a group, by files or by bytes, and the same cursor gives the same page")
    func pagesOfAGroup() async throws {
        for isByBytes in [false, true] {
            var world = worldWithGroup()
            if isByBytes { world.listing.bytesPerPage = 100 }
            _ = try await world.authenticate("{}".asEvent)
            var input = ListInput(run: .first, request: SyncRequest())
            var handedOut: [VaultPath] = []
            while true {
                let page = try await world.list(input)
                if page.batches.isEmpty || handedOut.count > 72 { break }
                #expect(page.batches.count <= 4)
                #expect(page.batches.reduce(0) { $0 + $1.files } <= (isByBytes ? 12 : 20))
                let again = try await world.list(input)
                #expect(again.batches == page.batches)
                #expect(again.cursor == page.cursor)
                for batch in page.batches {
                    handedOut += try await StoredBatch(batch.key, in: world.state).entries.map(\.path)
                    _ = try await world.download(batch)
                }
                input.cursor = page.cursor
            }
            #expect(handedOut.count == 72)
            #expect(Set(handedOut).count == 72)
        }
    }

    @Test("what the store has lost of a group comes back page by page, and nothing is taken for gone")
    func lostGroup() async throws {
        let world = worldWithGroup()
        try await world.run()
        try await world.mirror.delete((0..<70).map { try ObjectKey("Notes/m/\($0)") })
        let outcome = try await world.run(.second, #"{"sync_type": "complete"}"#)
        #expect(outcome.summary?.metadata["deleted"] == "0")
        #expect(world.library.contentsSent == 72 + 70)
        #expect(world.texts.count == 72)
    }

    @Test("a file of a group that always fails is handed out once a round")
    func failingFileOfAGroup() async throws {
        let world = worldWithGroup()
        world.library.setFaults { $0.corruptions[VaultPath("m/1")] = [1] }
        await #expect(throws: SyncError.self) { try await world.run() }
        #expect(world.library.contentsSent == 73)
        #expect(world.texts.count == 71)
    }
}
