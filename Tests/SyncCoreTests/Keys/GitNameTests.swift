import Testing

@testable import SyncCore

@Suite("What some Git takes for its own folder")
struct GitNameTests {
    @Test(
        "is recognised however it is written",
        arguments: [
            ".git", ".GIT", ".Git.", ".git ", ".git . .", ".git::$INDEX_ALLOCATION", "git~1", "GIT~1", ".g\u{200C}it",
            "\u{FEFF}.git", ".git\u{202E}",
        ]
    )
    func matches(name: String) {
        #expect(GitName.matches(name.unicodeScalars))
    }

    @Test("nothing else is", arguments: [".github", ".gitignore", "git", "git~2", ".gi t", "a.git", ""])
    func others(name: String) {
        #expect(!GitName.matches(name.unicodeScalars))
    }
}
