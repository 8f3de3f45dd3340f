import TestSupport
import Testing

@testable import SyncCore

@Suite("Where files go")
struct KeyMappingTests {
    @Test(
        "a path that would leave its folder, or fits no store, is refused",
        arguments: [
            "", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/./b", "a/..", "zero\u{0}",
            String(repeating: "x", count: 1024),
        ]
    )
    func refused(path: String) {
        let error = #expect(throws: SyncError.self) { try KeyMapping.key(folder: "Notes", path: VaultPath(path)) }
        #expect(error?.name == .nameRefused)
        #expect(path.isEmpty || error?.description.contains(path + "\"") == false)
    }

    @Test(
        "any other path is kept as it is",
        arguments: ["a.md", "...", "..a/b..", " ", "a\\b", "\u{1F600}", "e\u{301}", "a\nb"]
    )
    func kept(path: String) throws {
        let key = try KeyMapping.key(folder: "Notes", path: VaultPath(path))
        #expect(key.rawValue.utf8.elementsEqual(("Notes/" + path).utf8))
    }

    @Test(
        "what Git takes for its own folder is refused, as a folder and as a file",
        arguments: [
            ".git", ".GIT", ".git.", ".git ", ".git. .", "git~1", "GIT~1", ".g\u{200C}it", "\u{200B}.git",
            ".git\u{FEFF}",
            ".git::$INDEX_ALLOCATION", "\u{202E}.git", "\u{200D}.git", ".git\\hooks", "a\\.GIT\\b",
        ]
    )
    func git(segment: String) {
        for path in [segment, segment + "/config", "sub/\(segment)/config", "sub/\(segment)"] {
            for folder in ["Notes", ""] {
                let error = #expect(throws: SyncError.self) {
                    try KeyMapping.key(folder: folder, path: VaultPath(path))
                }
                #expect(error?.name == .nameRefused)
            }
        }
    }

    @Test(
        "names that only look a little like it are kept",
        arguments: [".gitignore", "git", "x.git", "git~2", ".git-x", "a.git/b"]
    )
    func notGit(path: String) throws {
        _ = try KeyMapping.key(folder: "Notes", path: VaultPath(path))
    }

    @Test("keys are told apart by their bytes, and survive JSON only when they are good")
    func keys() throws {
        #expect(try ObjectKey("\u{E9}") != ObjectKey("e\u{301}"))
        #expect(try ObjectKey(String(repeating: "x", count: 1024)).rawValue.count == 1024)
        let json = try FunctionJSON.encode([ObjectKey("a/b")])
        #expect(try FunctionJSON.decode([ObjectKey].self, from: json) == [ObjectKey("a/b")])
        #expect(throws: SyncError.self) { try FunctionJSON.decode([ObjectKey].self, from: Array(#"["../a"]"#.utf8)) }
    }

    @Test(
        "a vault's name becomes one harmless segment",
        arguments: [
            ("Notes", "Notes"), (" Notes  ", "Notes"), ("a/b\\c", "a-b-c"), ("tab\tnew\nline", "tab-new-line"),
            ("..", ""), ("...", ""), ("", ""), ("  ", ""), (".hidden", "hidden"), (".git", "git"),
            ("\u{200B}.git", "git"),
            ("git~1", ""), ("GIT~1 .", ""), (". .x", "x"), ("\u{1F600}", "\u{1F600}"),
        ]
    )
    func plainFolder(name: String, folder: String) {
        #expect(KeyMapping.plainFolder(name) == folder)
    }

    @Test("a long name is cut between characters")
    func longName() {
        #expect(KeyMapping.plainFolder(String(repeating: "x", count: 300)).utf8.count == 200)
        #expect(KeyMapping.plainFolder("x" + String(repeating: "\u{1F600}", count: 100)).utf8.count == 197)
    }

    @Test("a folder that is taken, reserved or empty gets the vault's id")
    func folders() throws {
        let id = try #require(VaultID("0123456789abcdef"))
        func folder(_ name: String, besides taken: FolderNames = []) -> String {
            KeyMapping.folder(for: Vault(id: id, name: name, epoch: ""), besides: taken)
        }
        #expect(folder("Notes") == "Notes")
        #expect(folder("Notes", besides: ["notes", "Work"]) == "Notes")
        #expect(folder("Notes", besides: ["Notes"]) == "Notes (01234567)")
        #expect(folder("Notes", besides: ["Notes", "Notes (01234567)"]) == "Notes (0123456789abcdef)")
        #expect(folder("state") == "state (01234567)")
        #expect(folder(".obsync") == "obsync")
        #expect(folder("..") == "vault (01234567)")
    }

    @Test("working data lies in a folder of its own for each vault and run")
    func workingData() throws {
        #expect(try KeyMapping.manifest(vault: .notes, run: .first).rawValue == "notes-id/run-1/manifest.jsonl")
        #expect(try KeyMapping.batch(7, vault: .notes, run: .first).rawValue == "notes-id/run-1/batches/000007.jsonl")
        #expect(try KeyMapping.run(.first).rawValue == "runs/run-1.json")
    }

    @Test(
        "the media type goes by the extension",
        arguments: [
            ("a.md", "text/markdown; charset=utf-8"), ("b/A.PNG", "image/png"), ("x.canvas", "application/json"),
            ("none", "application/octet-stream"), (".md", "application/octet-stream"),
            ("a.md/file", "application/octet-stream"), ("a.unknown", "application/octet-stream"),
        ]
    )
    func contentType(key: String, type: String) throws {
        #expect(ContentType.of(try ObjectKey(key)) == type)
    }

    @Test("a vault without a folder has its paths for keys, but never where Obsync keeps its own data")
    func withoutFolder() throws {
        #expect(try KeyMapping.key(folder: "", path: VaultPath("2026/08/a/b.mp4")).rawValue == "2026/08/a/b.mp4")
        for path in ["state/x", ".obsync/x", "state", "", "/x", "../x"] {
            #expect(throws: SyncError.self) { try KeyMapping.key(folder: "", path: VaultPath(path)) }
        }
    }

    @Test("what lies below a folder is told from what only begins like it")
    func below() {
        let folder = VaultPath("2026/08/a")
        #expect(VaultPath("2026/08/a/b").isBelow(folder))
        for path in ["2026/08/a", "2026/08/ab", "2026/08/ab/c", "2026/08"] {
            #expect(!VaultPath(path).isBelow(folder))
        }
    }
}
