import Clocks
import FoundationEssentials
import TestSupport
import Testing

@testable import SyncCore

/// The forms that the first release reads and writes. While a stack is updated its functions and these ones meet each other's
/// data, and somebody may go back to it: so what it requires stays, and what it does not know is of no harm to it.
@Suite("The forms of the first release")
struct FirstReleaseFormTests {
    /// What the first release requires of a file's record.
    private struct Record: Decodable {
        var path: String
        var status: String
        var version: Int64
        var handle: String
        var epoch: String
        var run: String
        var attempts: Int
        var size: Int64?
        var last_error: String?
    }

    /// What the first release requires of a batch's header.
    private struct Header: Decodable {
        var vault: Vault
        var folder: String
        var listed_up_to: SourceCursor?
    }

    /// What the first release requires of a vault's state.
    private struct State: Decodable {
        var folder: String
        var epoch: String
        var cursor: SourceCursor?
        var run: String
        var committed: Int64
        var records: Int?
    }

    private func decoded<Value: Decodable>(_ type: Value.Type, _ json: some Sequence<UInt8>) throws -> Value {
        try JSONDecoder().decode(type, from: Data(json))
    }

    @Test("a record of it is read, by either reader")
    func oldRecord() throws {
        let json = """
            {"attempts":2,"epoch":"e@here","first_synced":5,"handle":"7","last_error":"Throttled","last_synced":6,\
            "mtime":4,"path":"a.md","pending_since":9,"run":"run-1","sha256":"ab","size":3,"status":"FAILED","version":7}

            """
        let scanned = try #require(FileRecord.scan(Array(json.utf8))).value
        #expect(scanned == (try decoded(FileRecord.self, json.utf8)))
        #expect((scanned.attempts, scanned.size, scanned.lastError) == (2, 3, "Throttled"))
        #expect(scanned.fingerprint == nil)
        #expect(scanned.reason == nil)
        #expect(try String(decoding: JSONLinesEncoder().line(scanned), as: UTF8.self) == json, "nothing is respelled")
    }

    @Test("a record with everything new is read by it")
    func newRecord() throws {
        let entry = Entry(kind: .file, path: VaultPath("a.md"), version: 7, handle: "7", size: 3)
        let author = FileRecord.Author(run: .first, epoch: "e@here", now: Timestamp(milliseconds: 5))
        var record = FileRecord(entry, status: .failed, author: author, previous: nil, error: .throttled)
        (record.reason, record.listedSize) = ("SlowDown", 4)
        (record.fingerprint, record.deletedAt) = (ObjectFingerprint("e"), author.now)
        let old = try decoded(Record.self, JSONLinesEncoder().line(record))
        #expect((old.path, old.status, old.version, old.size) == ("a.md", "FAILED", 7, 3))
        #expect((old.handle, old.epoch, old.run, old.attempts) == ("7", "e@here", "run-1", 1))
        #expect(old.last_error == "Throttled")
    }

    @Test("a batch's header goes both ways")
    func header() throws {
        let json = #"{"folder":"Notes","listed_up_to":"12","vault":{"epoch":"e","id":"notes-id","name":"Notes"}}"#
        let old = try decoded(BatchHeader.self, json.utf8)
        #expect(old.term == nil)
        #expect(try FunctionJSON.encode(old) == Array(json.utf8), "nothing is respelled")
        var new = old
        (new.term, new.form, new.mayHoldObjects) = (3, .current, true)
        let read = try decoded(Header.self, FunctionJSON.encode(new))
        #expect((read.vault, read.folder, read.listed_up_to) == (old.vault, "Notes", SourceCursor("12")))
    }

    @Test("a vault's state goes both ways")
    func state() throws {
        let json = #"{"committed":5,"cursor":"12","epoch":"e@here","folder":"Notes","records":9,"run":"run-1"}"#
        var state = try decoded(VaultState.self, json.utf8)
        #expect((state.form, state.term, state.account) == (nil, nil, nil))
        #expect(try FunctionJSON.encode(state) == Array(json.utf8), "nothing is respelled")
        (state.account, state.passwordSource, state.isForgotten) = ("a", "own", true)
        (state.term, state.form) = (8, .current)
        state.noteDeletions(files: 1, bytes: 2, at: Timestamp(milliseconds: 5))
        let bytes = try FunctionJSON.encode(state)
        #expect(try decoded(VaultState.self, bytes) == state)
        let old = try decoded(State.self, bytes)
        #expect((old.folder, old.epoch, old.cursor, old.run) == ("Notes", "e@here", SourceCursor("12"), "run-1"))
        #expect((old.committed, old.records) == (5, 9))
    }
}
