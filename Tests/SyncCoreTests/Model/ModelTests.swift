import Clocks
import TestSupport
import Testing

@testable import SyncCore

@Suite("Paths of a vault")
struct VaultPathTests {
    @Test("a name in NFC and its twin in NFD are two paths")
    func byteIdentity() {
        let (composed, decomposed) = (VaultPath("caf\u{E9}.md"), VaultPath("cafe\u{301}.md"))
        #expect(composed.rawValue == decomposed.rawValue)
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed, VaultPath("caf\u{E9}.md")]).count == 2)
        #expect(decomposed < composed)
    }

    @Test("paths are ordered by their bytes")
    func order() {
        let ordered = ["", "A", "Z", "a", "a b", "a.md", "a/b", "aa", "\u{E9}", "\u{FFFD}", "\u{1F600}"].map {
            VaultPath($0)
        }
        #expect(ordered.shuffled().sorted() == ordered)
    }

    @Test("a stand-in is told from a path")
    func standIn() {
        #expect(VaultPath.standIn(handle: "12").isStandIn)
        #expect(!VaultPath("notes/12").isStandIn)
    }
}

@Suite("Identifiers")
struct IdentifierTests {
    @Test("letters, digits, - and _ are taken", arguments: ["a", "0f-_Z", String(repeating: "x", count: 72)])
    func good(text: String) throws {
        #expect(VaultID(text)?.rawValue == text)
        #expect(RunID(text)?.rawValue == text)
        let json = try FunctionJSON.encode([try #require(VaultID(text))])
        #expect(try FunctionJSON.decode([VaultID].self, from: json) == [VaultID(text)])
    }

    @Test(
        "anything else is refused",
        arguments: ["", "a b", "a/b", "..", "a.b", "\u{E9}", "a\n", "\u{661}", String(repeating: "x", count: 129)]
    )
    func bad(text: String) throws {
        #expect(VaultID(text) == nil)
        #expect(RunID(text) == nil)
        let json = try FunctionJSON.encode([text])
        #expect(throws: SyncError.self) { try FunctionJSON.decode([VaultID].self, from: json) }
        #expect(throws: SyncError.self) { try FunctionJSON.decode([RunID].self, from: json) }
    }

    @Test("a run leaves room for the generation of its successor")
    func runLength() {
        #expect(RunID(String(repeating: "x", count: 77)) == nil)
        #expect(VaultID(String(repeating: "x", count: 128)) != nil)
    }
}

@Suite("Records of files")
struct FileRecordTests {
    private func entry(_ version: Int64, sha256: String? = nil) -> Entry {
        Entry(kind: .file, path: VaultPath("a.md"), version: version, handle: "\(version)", sha256: sha256)
    }

    private func record(_ status: FileRecord.Status, sha256: String? = nil, epoch: VaultEpoch = "e") -> FileRecord {
        let author = FileRecord.Author(run: .first, epoch: epoch, now: Timestamp(milliseconds: 1))
        return FileRecord(entry(5, sha256: sha256), status: status, author: author, previous: nil)
    }

    @Test(
        "a record settles what it knows to be done",
        arguments: [
            (.completed, 4, true), (.completed, 5, true), (.completed, 6, false),
            (.skipped, 4, true), (.skipped, 5, true), (.skipped, 6, false),
            (.deleted, 4, true), (.deleted, 5, false), (.deleted, 6, false),
            (.failed, 4, true), (.failed, 5, false), (.failed, 6, false),
            (.inProgress, 4, true), (.inProgress, 5, false), (.inProgress, 6, false),
        ] as [(FileRecord.Status, Int64, Bool)]
    )
    func settles(status: FileRecord.Status, version: Int64, expected: Bool) {
        #expect(record(status).settles(entry(version), epoch: "e") == expected)
        #expect(!record(status).settles(entry(version), epoch: "another"))
        // An equal hash settles any version of any epoch, but of a completed file only.
        let isSettled = record(status, sha256: "h").settles(entry(9, sha256: "h"), epoch: "another")
        #expect(isSettled == (status == .completed))
        #expect(!record(status, sha256: "h").settles(entry(9, sha256: "i"), epoch: "e"))
    }

    @Test("the history of a path goes on from record to record")
    func history() {
        func author(_ now: Int64, _ epoch: VaultEpoch = "e") -> FileRecord.Author {
            .init(run: .first, epoch: epoch, now: Timestamp(milliseconds: now))
        }
        let begun = FileRecord(entry(1), status: .inProgress, author: author(10), previous: nil)
        #expect(begun.pendingSince?.milliseconds == 10)
        #expect(begun.firstSynced == nil)
        let failed = FileRecord(entry(1), status: .failed, author: author(20), previous: begun, error: .corruptContent)
        #expect(failed.pendingSince?.milliseconds == 10)
        #expect(failed.attempts == 2)
        #expect(failed.lastError == "CorruptContent")
        let done = FileRecord(entry(1), status: .completed, author: author(30), previous: failed)
        #expect(done.pendingSince == nil)
        #expect(done.lastError == nil)
        #expect(done.attempts == 3)
        #expect((done.firstSynced?.milliseconds, done.lastSynced?.milliseconds) == (30, 30))
        let next = FileRecord(entry(2), status: .completed, author: author(40), previous: done)
        #expect(next.attempts == 1)
        #expect((next.firstSynced?.milliseconds, next.lastSynced?.milliseconds) == (30, 40))
        let other = FileRecord(entry(2), status: .skipped, author: author(50, "f"), previous: next, error: .sourceGone)
        #expect(other.attempts == 1)
        #expect((other.firstSynced?.milliseconds, other.lastSynced?.milliseconds) == (30, 40))
    }

    @Test("a record gives back the entry that it was made of")
    func entryAgain() {
        #expect(record(.failed, sha256: "h").entry == entry(5, sha256: "h"))
        let unreadable = Entry(kind: .unreadable, path: .standIn(handle: "9"), version: 9, handle: "9")
        let author = FileRecord.Author(run: .first, epoch: "e", now: Timestamp(milliseconds: 1))
        #expect(FileRecord(unreadable, status: .failed, author: author, previous: nil).entry == unreadable)
    }

    @Test("of one path the newest entry comes first")
    func entryOrder() {
        #expect(Entry.precedes(entry(2), entry(1)))
        #expect(!Entry.precedes(entry(1), entry(2)))
        #expect(Entry.precedes(entry(1), Entry(kind: .file, path: VaultPath("b"), version: 9, handle: "")))
    }
}
