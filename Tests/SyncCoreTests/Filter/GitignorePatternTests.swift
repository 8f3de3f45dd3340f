import Testing

@testable import SyncCore

@Suite("Patterns of gitignore")
struct GitignorePatternTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let pattern: String
        let path: String
        let isExcluded: Bool
        var testDescription: String { "\(pattern) | \(path)" }

        init(_ pattern: String, _ path: String, _ isExcluded: Bool) {
            (self.pattern, self.path, self.isExcluded) = (pattern, path, isExcluded)
        }
    }

    private static let rows: [Row] = [
        // A name alone, at any depth, file or folder.
        Row("a.md", "a.md", true), Row("a.md", "x/a.md", true), Row("a.md", "ba.md", false),
        Row("a", "a/b/c.md", true), Row("a", "x/a/c.md", true), Row("a", "ab/c.md", false),
        // Folders only.
        Row("a/", "a", false), Row("a/", "a/b", true), Row("a/", "x/a/b", true), Row("a/", "x/a", false),
        // A slash at the beginning or in the middle ties a pattern to the top.
        Row("/a.md", "a.md", true), Row("/a.md", "x/a.md", false), Row("x/a.md", "x/a.md", true),
        Row("x/a.md", "y/x/a.md", false), Row("x/a/", "x/a/b", true), Row("x/a/", "y/x/a/b", false),
        // One star stays within a segment.
        Row("*.md", "a.md", true), Row("*.md", "x/a.md", true), Row("*.md", "a.mdx", false), Row("*", "a", true),
        Row("x/*.md", "x/a.md", true), Row("x/*.md", "x/y/a.md", false), Row("x*y", "xy", true),
        Row("x*y*z", "x-y-yz", true), Row("x*y*z", "x-y-zy", false), Row("/*.md", "x/a.md", false),
        Row("x/*/a", "x/y/a", true), Row("x/*/a", "x/a", false), Row("a**b", "a--b", true),
        Row("x/a**b", "x/a/b", false),
        // Two stars span folders.
        Row("**/a", "a", true), Row("**/a", "x/y/a", true), Row("x/**", "x/a", true), Row("x/**", "x/y/a", true),
        Row("x/**", "x", false), Row("x/**", "y/x/a", false), Row("x/**/a", "x/a", true),
        Row("x/**/a", "x/y/z/a", true),
        Row("x/**/a", "x/ya", false), Row("**/x/**/a", "1/x/2/3/a", true), Row("**/x/y", "x/x/y", true),
        Row("**", "a/b", true),
        Row("**/x/*/y", "x/x/1/y", true), Row("a/**/b*/c", "a/b1/b2/c", true),
        // One character, by its whole UTF-8.
        Row("a?c", "abc", true), Row("a?c", "ac", false), Row("x/a?c", "x/a/c", false), Row("a?c", "a\u{E9}c", true),
        Row("a?c", "a\u{1F600}c", true),
        // Ranges.
        Row("[abc].md", "b.md", true), Row("[abc].md", "d.md", false), Row("[a-c].md", "b.md", true),
        Row("[!a-c].md", "b.md", false), Row("[!a-c].md", "d.md", true), Row("[^a-c].md", "d.md", true),
        Row("[]a].md", "].md", true), Row("[a-]", "-", true), Row("[\\]]", "]", true), Row("x[!a]y", "x/y", false),
        Row("[abc", "[abc", true), Row("[abc", "a", false), Row("[!a].md", "\u{E9}.md", true),
        // Escapes, comments, spaces.
        Row("\\#a", "#a", true), Row("#a", "#a", false), Row("\\!a", "!a", true), Row("a\\*", "a*", true),
        Row("a\\*", "ab", false), Row("a  ", "a", true), Row("a\\ ", "a ", true), Row("a\\ ", "a", false),
        Row("", "a", false),
        Row("   ", "a", false), Row("/", "a", false), Row("a\r", "a", true), Row(" a", " a", true),
        Row(" a", "a", false),
        Row("\\a", "a", true), Row("a\\", "a\\", true),
        // Names are compared by their bytes.
        Row("caf\u{E9}", "cafe\u{301}", false), Row("CAF", "caf", false),
    ]

    @Test("one pattern", arguments: rows)
    func row(_ row: Row) {
        #expect(!CompiledFilter(PathFilter(exclude: [row.pattern])).lets(VaultPath(row.path)) == row.isExcluded)
    }

    @Test("the last pattern that speaks of a path decides, but for what lies in an excluded folder")
    func order() {
        let filter = CompiledFilter(
            PathFilter(exclude: ["*.log", "!keep.log", "/tmp/", "!/tmp/keep.log", "keep.log/"])
        )
        #expect(!filter.lets(VaultPath("a.log")))
        #expect(filter.lets(VaultPath("keep.log")))
        #expect(filter.lets(VaultPath("x/keep.log")))
        #expect(!filter.lets(VaultPath("tmp/keep.log")))
        #expect(!filter.lets(VaultPath("keep.log/a")))
    }

    @Test("what is included is all there is; what is excluded stays so")
    func include() {
        let filter = CompiledFilter(PathFilter(exclude: ["*.tmp"], include: ["/Daily/", "*.md"]))
        #expect(filter.lets(VaultPath("Daily/picture.png")))
        #expect(filter.lets(VaultPath("deep/er/a.md")))
        #expect(!filter.lets(VaultPath("picture.png")))
        #expect(!filter.lets(VaultPath("Daily/a.tmp")))
    }

    @Test("how windows are arranged is left out, unless somebody takes it back")
    func standard() {
        let workspace = VaultPath(".obsidian/workspace-mobile.json")
        #expect(!CompiledFilter(PathFilter()).lets(workspace))
        #expect(CompiledFilter(PathFilter()).lets(VaultPath(".obsidian/app.json")))
        #expect(CompiledFilter(PathFilter()).lets(VaultPath("x/.obsidian/workspace.json")))
        #expect(CompiledFilter(PathFilter(exclude: ["!.obsidian/workspace*.json"])).lets(workspace))
    }

    @Test("a setting holds patterns by line or by comma")
    func setting() {
        #expect(PathFilter.patterns("*.tmp, /a b/ ,,\n!x\r\n") == ["*.tmp", "/a b/ ", "!x"])
    }

    @Test("a hostile pattern takes no longer than the path is long, squared")
    func hostile() {
        let pattern = String(repeating: "*a", count: 200) + "b"
        #expect(CompiledFilter(PathFilter(exclude: [pattern])).lets(VaultPath(String(repeating: "a", count: 1000))))
    }

    @Test("an entry without a readable name is left out by its uid, and nothing else is")
    func uid() {
        let filter = CompiledFilter(PathFilter(exclude: ["uid:77", "uid:78", "!uid:78", "uid:x"]))
        #expect(!filter.lets(.standIn(handle: "a"), version: 77))
        #expect(filter.lets(.standIn(handle: "a"), version: 78))
        #expect(filter.lets(.standIn(handle: "a"), version: 79))
        #expect(filter.lets(VaultPath("Readable.md"), version: 77))
    }
}
