import Backup
import SyncCore
import Testing

@Suite("Names of restored files")
struct RestoredNamesTests {
    private func names(_ folding: NameFolding, _ paths: [String]) -> [String] {
        var names = RestoredNames(folding: folding)
        return paths.map { names.path(for: VaultPath($0)).rawValue }
    }

    @Test("a target that holds all names apart gets them as they are")
    func plain() {
        #expect(names([], ["a.md", "A.md", "a.md"]) == ["a.md", "A.md", "a.md"])
    }

    @Test("twins of letter case get a number before their extension, and the number may be taken, too")
    func letterCase() {
        let paths = ["Note.md", "note (2).md", "note.md", "NOTE.md", "other.md"]
        #expect(names(.letterCase, paths) == ["Note.md", "note (2).md", "note (3).md", "NOTE (4).md", "other.md"])
    }

    @Test("a name without an extension, and one that is nothing but one, get it at their end")
    func noExtension() {
        #expect(names(.letterCase, ["a/README", "a/readme"]) == ["a/README", "a/readme (2)"])
        #expect(names(.letterCase, ["a.b/.Env", "a.b/.env"]) == ["a.b/.Env", "a.b/.env (2)"])
    }

    @Test("composed and decomposed forms are twins only where the target says so")
    func unicodeForm() {
        let paths = ["\u{E9}.md", "e\u{301}.md"]
        let apart = names(.letterCase, paths).map { Array($0.utf8) }
        #expect(apart == paths.map { Array($0.utf8) })
        #expect(
            names(.unicodeForm, paths).map { Array($0.utf8) } == [
                Array("\u{E9}.md".utf8), Array("e\u{301} (2).md".utf8),
            ]
        )
    }
}
