import ArgumentParser
import Checksums
import Clocks
import Foundation
import LocalAdapters
import Logging
import Simulators
import SyncCore
import Testing

@testable import obsync

/// The folder that is mirrored into belongs to a user, who works in it, loses it, or named the wrong one.
@Suite("a folder that a user works in", .tags(.integration))
struct UsersFolderTests {
    /// A folder, a library, and the command that mirrors the one into the other.
    private struct Place {
        let folder: LocalFolder
        let credentials: String
        let library: SimulatedLibrary
        let archive: SimulatedVault

        var vault: String { folder.path + "/" + SampleLibrary.archiveName }

        @discardableResult
        func mirror(
            adopt: Bool = false,
            complete: Bool = false,
            allowing: DeletionApproval? = nil,
            history: HistoryLimits = .standard
        ) async throws -> Summary {
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            let quiet = logger
            var options = try RunOptions.parse([])
            options.complete = complete
            options.allowDeletions = allowing
            let settings = options
            return try await withObsidianSimulator(library: library, logger: quiet) { server in
                var run = LocalRun(
                    place: folder,
                    credentials: credentials,
                    environment: ["OBSIDIAN_API_URL": server.baseURL],
                    isQuiet: true,
                    logger: quiet
                )
                run.adopts = adopt
                run.history = history
                let ready = run
                return try await ready.run(vault: SampleLibrary.archiveName, settings)
            }
        }

        func text(_ path: String) -> String? {
            FileManager.default.contents(atPath: "\(vault)/\(path)").map { String(decoding: $0, as: UTF8.self) }
        }

        func write(_ text: String, to path: String) throws {
            let url = URL(filePath: path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(text.utf8).write(to: url)
        }

        /// All files of the history, by the path that they had in the folder, with their texts.
        func history() throws -> [String: String] {
            let root = folder.data + "/history"
            var found: [String: String] = [:]
            for case let path as String in FileManager.default.enumerator(atPath: root) ?? .init() {
                let attributes = try FileManager.default.attributesOfItem(atPath: "\(root)/\(path)")
                guard attributes[.type] as? FileAttributeType != .typeDirectory else { continue }
                let data = FileManager.default.contents(atPath: "\(root)/\(path)") ?? Data()
                let name = path.split(separator: "/").dropFirst().joined(separator: "/")
                found[name] = String(decoding: data, as: UTF8.self)
            }
            return found
        }

        /// Everything below the folder.
        func everything() -> Set<String> {
            Set(FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? [])
        }
    }

    private func withPlace(_ body: (Place) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "obsync-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let folder = LocalFolder(path + "/mirror")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let secret = LocalFolder(path + "/secret")
        try secret.prepare()
        try DemoSource(place: secret).writeCredentials()
        let library = try SampleLibrary.make()
        let archive = try library.vault(named: SampleLibrary.archiveName)
        try await body(Place(folder: folder, credentials: secret.credentials, library: library, archive: archive))
    }

    @Test("a live vault is refused before anything is written: as the folder, in it, above it; --adopt goes on")
    func liveVault() async throws {
        for live in ["", "/Notes", "/../.."] {
            try await withPlace { place in
                let nested = LocalFolder(live == "/../.." ? place.folder.path + "/a/b" : place.folder.path)
                let place = Place(
                    folder: nested,
                    credentials: place.credentials,
                    library: place.library,
                    archive: place.archive
                )
                let vault = URL(filePath: nested.path + live).standardizedFileURL.path
                try place.write("{}", to: vault + "/.obsidian/app.json")
                try place.write("own words", to: vault + "/a.md")
                let before = place.everything()
                let error = await #expect(throws: SyncError.self) { try await place.mirror() }
                #expect(error?.name == .invalidInput)
                #expect(error?.message.contains("--adopt") == true)
                #expect(place.everything() == before)
                try await place.mirror(adopt: true)
                #expect(FileManager.default.contents(atPath: vault + "/a.md") == Data("own words".utf8))
            }
        }
    }

    @Test("files in the place of a vault's stop the first run; with --adopt what differs is set aside, the rest stays")
    func foreignFiles() async throws {
        try await withPlace { place in
            let note = try #require(place.archive.account().files.first { $0.path.hasSuffix(".md") })
            try place.write("own words", to: "\(place.vault)/\(note.path)")
            try place.write("more words", to: "\(place.vault)/only here.md")
            let before = place.everything()
            let error = await #expect(throws: SyncError.self) { try await place.mirror() }
            #expect(error?.name == .invalidInput)
            #expect(error?.message.contains("obsync sync Archive --dest \(place.folder.path)") == true)
            #expect(place.everything() == before)

            try await place.mirror(adopt: true)
            #expect(place.text("only here.md") == "more words")
            #expect(place.text(note.path) != "own words")
            #expect(try place.history() == ["Archive/\(note.path)": "own words"])
            // From now on the folder is ours.
            #expect(try await place.mirror().filesCount == 0)
        }
    }

    @Test("an edit in the mirror is set aside when the source renames, changes or deletes the file, and never mirrored")
    func edits() async throws {
        try await withPlace { place in
            for name in ["renamed", "changed", "deleted", "kept"] {
                place.archive.write("\(name).md", .text("- [ ] pay"))
            }
            try await place.mirror()
            for name in ["renamed", "changed", "deleted"] {
                try place.write("- [x] pay", to: "\(place.vault)/\(name).md")
            }
            try place.archive.rename("renamed.md", to: "new name.md")
            place.archive.write("changed.md", .text("- [ ] pay more"))
            try place.archive.delete("deleted.md")
            try await place.mirror()
            #expect(place.text("new name.md") == "- [ ] pay")
            #expect(place.text("changed.md") == "- [ ] pay more")
            #expect(place.text("renamed.md") == nil)
            #expect(place.text("deleted.md") == nil)
            let kept = try place.history()
            for name in ["renamed", "changed", "deleted"] { #expect(kept["Archive/\(name).md"] == "- [x] pay") }
            #expect(kept.count == 3)
            let complete = try await place.mirror(complete: true)
            #expect(complete.filesCount == 0)
        }
    }

    @Test("links in the folder are not followed: what lies behind them stays as it is")
    func links() async throws {
        try await withPlace { place in
            place.archive.write("sub/a.md", .text("first"))
            place.archive.write("sub/b.md", .text("first"))
            try await place.mirror()
            let outside = URL(filePath: place.folder.path).deletingLastPathComponent().path + "/outside"
            try FileManager.default.removeItem(atPath: place.vault + "/sub")
            for name in ["a.md", "b.md"] { try place.write("precious", to: "\(outside)/\(name)") }
            try FileManager.default.createSymbolicLink(
                atPath: place.vault + "/sub",
                withDestinationPath: outside
            )
            place.archive.write("sub/a.md", .text("second"))
            try place.archive.delete("sub/b.md")
            try await place.mirror()
            #expect(place.text("sub/a.md") == "second")
            #expect(try FileManager.default.contentsOfDirectory(atPath: outside).sorted() == ["a.md", "b.md"])
            for name in ["a.md", "b.md"] {
                #expect(FileManager.default.contents(atPath: "\(outside)/\(name)") == Data("precious".utf8))
            }
            #expect(try place.history().keys.contains("Archive/sub"))
        }
    }

    @Test("what Git would take for its own folder is refused, and everything else is mirrored")
    func git() async throws {
        try await withPlace { place in
            for path in [".git/config", "sub/.GIT/config", ".g\u{200C}it/config", "git~1", "fine/.gitignore"] {
                place.archive.write(path, .text("[core] fsmonitor = true"))
            }
            let summary = try await place.mirror()
            #expect(place.text("fine/.gitignore") != nil)
            let found = place.everything().filter { $0.contains("config") || $0.hasSuffix("git~1") }
            #expect(found.isEmpty)
            #expect(summary.notes.contains { $0.contains("4 files cannot be stored") })
        }
    }

    @Test("a vault's folder that was emptied or removed is mirrored again in the same run", arguments: [true, false])
    func wiped(isRemoved: Bool) async throws {
        try await withPlace { place in
            try await place.mirror()
            let files = place.archive.account().files.count
            try FileManager.default.removeItem(atPath: place.vault)
            if !isRemoved {
                try FileManager.default.createDirectory(atPath: place.vault, withIntermediateDirectories: true)
            }
            #expect(try await place.mirror().filesCount == files)
            #expect(try await place.mirror().filesCount == 0)
        }
    }

    @Test(
        "what else lies in an emptied folder does not hide that its files are gone",
        arguments: ["sub/deeper/", ".DS_Store"]
    )
    func wipedButForRests(rest: String) async throws {
        try await withPlace { place in
            try await place.mirror()
            let files = place.archive.account().files.count
            try FileManager.default.removeItem(atPath: place.vault)
            if rest.hasSuffix("/") {
                try FileManager.default.createDirectory(
                    atPath: "\(place.vault)/\(rest)",
                    withIntermediateDirectories: true
                )
            } else {
                try place.write("what a system leaves", to: "\(place.vault)/\(rest)")
            }
            #expect(try await place.mirror().filesCount == files)
            #expect(rest.hasSuffix("/") || place.text(rest) == "what a system leaves")
        }
    }

    @Test("a live vault is found behind a link, too")
    func linkedVault() async throws {
        try await withPlace { place in
            let real = place.folder.path + "/real/Notes"
            try place.write("{}", to: real + "/.obsidian/app.json")
            try FileManager.default.createDirectory(atPath: real + "/sub", withIntermediateDirectories: true)
            let link = place.folder.path + "/link"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: real + "/sub")
            for path in [link, link + "/new"] {
                let claim = FolderClaim(folder: LocalFolder(path), command: "")
                #expect(throws: SyncError.self) { try claim.checkForLiveVaults() }
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: real + "/sub").isEmpty)
        }
    }

    @Test("earlier versions are kept after a run that changed most of a vault, until somebody says that it was right")
    func pausedExpiry() async throws {
        try await withPlace { place in
            let nothing = HistoryLimits(age: .zero)
            place.archive.write("steady.md", .text("one"))
            place.archive.write("mine.md", .text("one"))
            try await place.mirror()
            try place.write("my words", to: place.vault + "/mine.md")
            for name in ["steady.md", "mine.md"] { place.archive.write(name, .text("two")) }
            try await place.mirror()
            #expect(try place.history()["Archive/steady.md"] == "one")
            for file in place.archive.account().files { place.archive.write(file.path, .text("ransom")) }
            try await place.mirror(history: nothing)
            let kept = try place.history()
            #expect(kept.count > 30)
            try await place.mirror(history: nothing)
            #expect(try place.history() == kept, "until somebody has looked")
            try await place.mirror(allowing: .all, history: nothing)
            #expect(try place.history() == ["Archive/mine.md": "my words"], "what somebody wrote never goes")
        }
    }

    @Test("damaged records give way to their copy, and nothing that is right is lost")
    func damagedRecords() async throws {
        try await withPlace { place in
            try await place.mirror()
            let before = place.everything().filter { $0.hasPrefix(SampleLibrary.archiveName) }
            let file = try #require(FileHandle(forWritingAtPath: place.folder.records))
            try file.seek(toOffset: 0)
            try file.write(contentsOf: Data(repeating: 0x5A, count: 20_000))
            try file.close()
            for suffix in ["-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: place.folder.records + suffix)
            }
            #expect(try await place.mirror().filesCount == 0)
            #expect(before.isSubset(of: place.everything()))
            #expect(try place.history().isEmpty)
        }
    }

    @Test("a file that was stored before the process died, and is deleted at the source, goes all the same")
    func storedWithoutRecord() async throws {
        try await withPlace { place in
            try await place.mirror()
            let version = place.archive.write("early.md", .text("first"))
            // As if the process had died between the file and its record.
            let keeping = FolderKeeping(
                try SQLiteRecordStore(path: place.folder.records),
                history: place.folder.data + "/history",
                begun: Date(),
                now: { SystemClock().now },
                makeHasher: { SHA256Hasher() }
            )
            let store = FolderObjectStore(
                root: place.folder.path,
                scratch: place.folder.data + "/tmp",
                keeping: keeping
            )
            let attributes = ObjectAttributes(contentType: "text/markdown", sourceVersion: String(version))
            try await store.put(ObjectKey("Archive/early.md"), Array("first".utf8), attributes)
            try place.archive.delete("early.md")
            try await place.mirror()
            #expect(place.text("early.md") == nil)
            #expect(try place.history()["Archive/early.md"] == "first")
        }
    }
}
