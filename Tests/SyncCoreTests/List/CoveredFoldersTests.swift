import TestSupport
import Testing

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
}
