import Backup
import Clocks
import SyncCore
import TestSupport
import Testing

@Suite("A restore")
struct RestorationTests {
    private let target = MemoryObjectStore(chunkSize: 4)

    private func restore(
        _ history: MemoryHistory,
        _ settings: Restoration.Settings = .init(filesAtOnce: 2)
    ) async throws -> (summary: Restoration.Summary, failed: [String]) {
        var failed: [String] = []
        let restoration = Restoration(from: history, to: target, settings, makeHasher: { FingerprintHasher() })
        let vault = MirroredVault(id: BackupWorld.vault, folder: "Notes")
        let summary = try await restoration(vault, into: "Notes") { event in
            if case .failed(let version, let error) = event {
                failed.append("\(version.path.rawValue) \(error.name.rawValue)")
            }
        }
        return (summary, failed)
    }

    private var files: [String: String] {
        Dictionary(
            uniqueKeysWithValues: target.objects.map {
                ($0.key.rawValue, String(decoding: $0.value.bytes, as: UTF8.self))
            }
        )
    }

    private static func history() -> MemoryHistory {
        var history = MemoryHistory()
        history.add("a.md", "one", since: 10, until: 20, .changed)
        history.add("a.md", "two!", since: 20)
        history.add("gone.md", "gone", since: 10, until: 30, .deleted)
        history.add("sub/new.md", "new", since: 25)
        history.add("sub/new.md", "by hand", since: 26, until: 27, .editedHere)
        return history
    }

    @Test("gives back what is there now, with its times")
    func present() async throws {
        let (summary, failed) = try await restore(Self.history())
        #expect(files == ["Notes/a.md": "two!", "Notes/sub/new.md": "new"])
        #expect(failed.isEmpty && summary.restored == 2 && summary.bytes == 7)
        #expect(target.objects[try ObjectKey("Notes/a.md")]?.attributes.mtime == Timestamp(milliseconds: 1004))
    }

    @Test(
        "gives back every moment",
        arguments: [
            (5, [:]), (10, ["Notes/a.md": "one", "Notes/gone.md": "gone"]),
            (22, ["Notes/a.md": "two!", "Notes/gone.md": "gone"]),
            (29, ["Notes/a.md": "two!", "Notes/gone.md": "gone", "Notes/sub/new.md": "new"]),
            (30, ["Notes/a.md": "two!", "Notes/sub/new.md": "new"]),
        ] as [(Int64, [String: String])]
    )
    func moment(at: Int64, expected: [String: String]) async throws {
        _ = try await restore(Self.history(), .init(selection: .at(Timestamp(milliseconds: at))))
        #expect(files == expected)
    }

    @Test("goes on where it was interrupted: what is there with the right bytes is not written again")
    func goesOn() async throws {
        try await target.put(try ObjectKey("Notes/a.md"), Array("two!".utf8), ObjectAttributes(contentType: "x"))
        try await target.put(try ObjectKey("Notes/sub/new.md"), Array("nEw".utf8), ObjectAttributes(contentType: "x"))
        let (summary, _) = try await restore(Self.history())
        #expect(summary.present == 1 && summary.restored == 1)
        #expect(files["Notes/sub/new.md"] == "new")
    }

    @Test("bytes that are not those of the version never become visible, and cost only themselves")
    func corrupt() async throws {
        var history = Self.history()
        let place = try #require(history.files.first?.versions.last?.place)
        history.bytes[place] = Array("tw0!".utf8)
        let (summary, failed) = try await restore(history)
        #expect(failed == ["a.md CorruptContent"] && summary.failed == 1)
        #expect(files == ["Notes/sub/new.md": "new"])
    }

    @Test("a version whose bytes are gone is one failure")
    func missing() async throws {
        var history = Self.history()
        let place = try #require(history.files.first?.versions.last?.place)
        history.bytes[place] = nil
        #expect(try await restore(history).failed == ["a.md SourceGone"])
    }

    @Test("a path that would leave the target is refused")
    func hostilePath() async throws {
        var history = Self.history()
        history.add("../outside", "x")
        let (summary, failed) = try await restore(history)
        #expect(failed == ["../outside NameRefused"] && summary.restored == 2)
    }

    @Test("a dry run writes nothing")
    func dryRun() async throws {
        let (summary, _) = try await restore(Self.history(), .init(isDryRun: true))
        #expect(summary.restored == 2 && target.objects.isEmpty)
    }

    @Test("a large file goes up in parts")
    func large() async throws {
        var history = MemoryHistory(chunkSize: 1 << 20)
        let text = String(repeating: "0123456789abcdef", count: 330_000)
        history.add("big", text)
        let upload = UploadSettings(multipartThreshold: UploadSettings.smallestPart)
        _ = try await restore(history, .init(upload: upload))
        #expect(files["Notes/big"] == text && target.uploadsBegun == 1 && target.openUploads == 0)
    }

    @Test("twins that the target cannot hold apart lie beside each other")
    func twins() async throws {
        var history = MemoryHistory()
        for name in ["Note.md", "note.md", "note (2).md", "caf\u{E9}", "cafe\u{301}"] { history.add(name, name) }
        let both: NameFolding = [.letterCase, .unicodeForm]
        let (summary, _) = try await restore(history, .init(folding: both))
        #expect(summary.restored == 5 && target.objects.count == 5 && summary.renamed >= 2)
        #expect(Set(files.values.map { Array($0.utf8) }).count == 5)
        let names = target.objects.keys.map { $0.rawValue.lowercased() }
        #expect(Set(names).count == 5)
    }

    @Test("a target that holds all names apart renames nothing")
    func noTwins() async throws {
        var history = MemoryHistory()
        for name in ["Note.md", "note.md", "caf\u{E9}", "cafe\u{301}"] { history.add(name, name) }
        #expect(try await restore(history).summary.renamed == 0)
        #expect(target.objects.count == 4)
    }
}
