import TestSupport
import TestWorld
import Testing

@testable import Listing
@testable import SyncCore

@Suite("The list of deletions that are held back")
struct HeldListTests {
    /// Writes the set of a run that lost these files.
    private func held(_ paths: [String], _ context: PassContext) async throws -> HeldDeletions {
        var spool = GoneSpool(context, pieces: 0)
        for path in paths { try await spool.add(VaultPath(path), version: 1) }
        spool.note(comparedUpTo: VaultPath("z"))
        try await spool.flush()
        return try await HeldList(context).write(pieces: spool.pieces)
    }

    @Test("a set is named by its paths alone, and is read back as it was written")
    func identity() async throws {
        let world = World.withNotes()
        let first = try await held(["a", "b", "c"], try await world.stageContext())
        let other = try await held(["a", "b", "c"], try await World.withNotes().stageContext(run: .second))
        let fewer = try await held(["a", "b"], try await World.withNotes().stageContext())
        #expect(first == other)
        #expect((first.files, fewer.files) == (3, 2))
        #expect(first.id != fewer.id && first.id.utf8.count == HeldDeletions.digits)
    }

    @Test("the list lies under its id until it is thrown away")
    func readBack() async throws {
        let context = try await World.withNotes().stageContext()
        let set = try await held(["a", "b"], context)
        var paths: [String] = []
        var reader = try #require(try await HeldList(context).read(set.id))
        while let entry = try await reader.next()?.value { paths.append(entry.path.rawValue) }
        #expect(paths == ["a", "b"])
        await HeldList(context).remove(set.id)
        #expect(try await HeldList(context).read(set.id) == nil)
    }

    @Test("an approved set lets itself pass and what has shrunk since, and nothing that has grown")
    func approval() async throws {
        let context = try await World.withNotes().stageContext()
        let list = HeldList(context)
        let approved = try await held(["a", "b", "c"], context)
        let shrunk = try await held(["a", "c"], context)
        let grown = try await held(["a", "b", "c", "d"], context)
        let other = try await held(["a", "bb"], context)
        #expect(try await list.contains(approved, approved: approved.id, nil))
        #expect(try await list.contains(shrunk, approved: approved.id, approved))
        #expect(try await !list.contains(grown, approved: approved.id, approved))
        #expect(try await !list.contains(other, approved: approved.id, approved))
    }

    @Test("an id that is not the one last told lets nothing pass, nor does one whose list has vanished")
    func unknown() async throws {
        let context = try await World.withNotes().stageContext()
        let list = HeldList(context)
        let approved = try await held(["a", "b"], context)
        let shrunk = try await held(["a"], context)
        #expect(try await !list.contains(shrunk, approved: approved.id, shrunk))
        await list.remove(approved.id)
        #expect(try await !list.contains(shrunk, approved: approved.id, approved))
    }
}
