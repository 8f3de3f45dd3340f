import SyncCore
import TestSupport
import Testing

@testable import Downloading

@Suite("A file that is to be stored")
struct WantedFileTests {
    private func wanted(
        _ path: String = "Daily/a.md",
        kind: Entry.Kind = .file,
        size: Int64? = 10,
        sha256: String? = nil
    ) throws -> WantedFile {
        var entry = Entry(kind: kind, path: VaultPath(path), version: 7, handle: "h", size: size)
        entry.sha256 = sha256
        let batch = BatchHeader(vault: .notes, folder: "Notes", listedUpTo: nil)
        return try WantedFile(entry, of: batch, provider: "obsidian")
    }

    private func name(of work: () throws -> Void) -> SyncError.Name? {
        do {
            try work()
            return nil
        } catch {
            return (error as? SyncError)?.name
        }
    }

    @Test("it belongs under the folder of its vault")
    func key() throws {
        #expect(try wanted().key.rawValue == "Notes/Daily/a.md")
    }

    @Test(
        "a name that the mirror cannot hold, or that cannot be read, is refused",
        arguments: [("../a.md", Entry.Kind.file), ("a/.git/config", .file), ("", .file), ("a.md", .unreadable)]
    )
    func refused(path: String, kind: Entry.Kind) {
        #expect(name { _ = try wanted(path, kind: kind) } == .nameRefused)
    }

    @Test("what no store takes in one object is refused before a byte is fetched")
    func tooLarge() {
        #expect(name { _ = try wanted(size: .max) } == .tooLarge)
    }

    @Test("a size that the host states holds where its content corrects the listing, and the listing's word is kept")
    func corrected() throws {
        let file = try wanted(size: 10)
        var content = FileContent(size: 12, stream: Replay([[UInt8]]()))
        #expect(file.corrected(by: content).entry.size == 10)
        content.correctsListing = true
        let corrected = file.corrected(by: content)
        #expect((corrected.entry.size, corrected.listedSize) == (12, 10))
        content.size = nil
        #expect(file.corrected(by: content).entry.size == 10)
    }

    @Test(
        "what was read has to fit all that is stated",
        arguments: [
            (10, nil, "ab", nil), (10, 10, "ab", nil), (11, nil, "ab", .corruptContent),
            (10, 11, "ab", .corruptContent),
            (10, nil, "cd", .corruptContent), (10, nil, nil, .corruptContent),
        ] as [(Int64, Int64?, String?, SyncError.Name?)]
    )
    func verified(size: Int64, announced: Int64?, sha256: String?, expected: SyncError.Name?) throws {
        let file = try wanted(size: 10, sha256: "ab")
        #expect(name { try file.verify(size: size, announced: announced, sha256: sha256) } == expected)
    }

    @Test("where nothing is stated, whatever was read fits")
    func nothingStated() throws {
        try wanted(size: nil).verify(size: 3, announced: nil, sha256: "ab")
    }
}
