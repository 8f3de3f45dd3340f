import TestSupport
import TestWorld
import Testing

@testable import Listing
@testable import SyncCore

@Suite("The list of what is gone")
struct GoneSpoolTests {
    private func folder(_ path: String, _ kind: Entry.Kind) -> Entry {
        Entry(kind: kind, path: VaultPath(path), version: 1, handle: "")
    }

    @Test("nothing that was noted is nothing to write")
    func empty() async throws {
        let world = World.withNotes()
        var spool = GoneSpool(try await world.stageContext(), pieces: 0)
        try await spool.flush()
        #expect(spool.pieces == 0)
        #expect(try await spool.goOn() == nil)
    }

    @Test("a later call goes on behind what was compared, with the folders that were covered then")
    func goesOn() async throws {
        let context = try await World.withNotes().stageContext()
        var spool = GoneSpool(context, pieces: 0)
        try await spool.add(VaultPath("a"), version: 3)
        spool.note(covered: folder("f", .unchanged))
        spool.note(covered: folder("f/g", .group))
        spool.note(comparedUpTo: VaultPath("f/g/h"))
        try await spool.flush()
        #expect(spool.pieces == 1)
        var next = GoneSpool(context, pieces: 1)
        #expect(try await next.goOn() == VaultPath("f/g/h"))
        #expect(Set(next.covered.folders) == [VaultPath("f"), VaultPath("f/g")])
        #expect(next.unchanged.folders == [VaultPath("f")])
        var reader = try await GoneSpool.read(1, from: 0, context)
        let first = try await reader.next()?.value
        #expect((first?.kind, first?.path, first?.version) == (.deletion, VaultPath("a"), 3))
    }

    @Test("large lists are written in pieces")
    func pieces() async throws {
        let context = try await World.withNotes().stageContext()
        var spool = GoneSpool(context, pieces: 0)
        for number in 0..<6000 { try await spool.add(VaultPath("folder of a long name/\(number)"), version: 1) }
        spool.note(comparedUpTo: VaultPath("z"))
        try await spool.flush()
        #expect(spool.pieces > 1)
        var found = 0
        for piece in 1...spool.pieces {
            var reader = try await GoneSpool.read(piece, from: 0, context)
            while let entry = try await reader.next()?.value { found += entry.kind == .deletion ? 1 : 0 }
        }
        #expect(found == 6000)
    }

    @Test("a list that has vanished is no empty list")
    func vanished() async throws {
        let context = try await World.withNotes().stageContext()
        await #expect(throws: SyncError.self) { _ = try await GoneSpool.read(1, from: 0, context) }
    }
}
