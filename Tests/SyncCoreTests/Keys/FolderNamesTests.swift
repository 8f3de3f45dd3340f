import Testing

@testable import SyncCore

@Suite("Names of folders")
struct FolderNamesTests {
    @Test("are told apart byte by byte, and go as often as they came")
    func counted() {
        var names: FolderNames = ["Notes", "Notes", "Caf\u{E9}"]
        #expect(names.contains("Caf\u{E9}"))
        #expect(!names.contains("Cafe\u{301}"))
        names.remove("Notes")
        #expect(names.contains("Notes"))
        names.remove("Notes")
        names.remove("Notes")
        #expect(!names.contains("Notes"))
        names.insert("Notes")
        #expect(names.contains("Notes"))
    }
}
