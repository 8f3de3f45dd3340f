import Clocks
import TestSupport
import TestWorld
import Testing

@testable import Listing
@testable import SyncCore

@Suite("Folders that a listing names as a whole")
struct CoveredFoldersTests {
    @Test("what lies below a folder is covered, also behind paths that come between; the folder itself is not")
    func covers() {
        var covered = CoveredFolders()
        covered.add(VaultPath("a"))
        #expect(!covered.covers(VaultPath("a")))
        #expect(!covered.covers(VaultPath("ab")))
        covered.walk(past: VaultPath("a-b"))
        covered.walk(past: VaultPath("a.md"))
        #expect(covered.covers(VaultPath("a/b")))
        covered.walk(past: VaultPath("a/z"))
        #expect(covered.covers(VaultPath("a/z\u{1F600}")))
    }

    @Test("a folder that is named once more, because a page ended in it, is kept once")
    func again() {
        var covered = CoveredFolders()
        for _ in 1...3 { covered.add(VaultPath("a")) }
        #expect(covered.folders == [VaultPath("a")])
    }

    @Test("a folder is forgotten once nothing below it can come any more")
    func forgets() {
        var covered = CoveredFolders()
        covered.add(VaultPath("a"))
        covered.add(VaultPath("a-b"))
        #expect(covered.folders.count == 2)
        covered.walk(past: VaultPath("a0"))
        #expect(covered.folders.isEmpty)
        for number in 0..<1000 { covered.add(VaultPath("2026/\(10_000 + number)")) }
        #expect(covered.folders == [VaultPath("2026/10999")])
    }

    @Test("a listing that names a folder as unchanged deletes nothing below it, wherever its calls end")
    func unchangedFolder() async throws {
        let world = World.withNotes(["gone.md": "G", "media-1.md": "M", "zone.md": "Z"])
        for number in 0..<250 { world.write("text \(number)", to: "media/\(number).md") }
        try await world.run()
        world.library.change(.notes) { vault in
            vault.changes.removeAll { $0.path.isBelow(VaultPath("media")) || $0.path.rawValue == "gone.md" }
            vault.changes.append(Entry(kind: .unchanged, path: VaultPath("media"), version: 1000, handle: ""))
        }
        var input = ListInput(run: .second, request: SyncRequest())
        input.request.syncType = .complete
        var calls = 0
        var output: ListOutput
        repeat {
            calls += 1
            output = try await world.list(input, deadline: world.clock.now)
            #expect(output.batches.isEmpty)
            input.cursor = output.cursor
        } while output.next == .work && calls < 100
        #expect(calls > 3)
        #expect(output.summary?.metadata["deleted"] == "1")
        #expect(output.summary?.notes == [])
        #expect(world.texts.count == 252)
        #expect(world.record("media/99.md")?.status == .completed)
        #expect(world.record("gone.md")?.status == .deleted)
    }
}
