import Clocks
import TestSupport
import Testing

@testable import Downloading
@testable import SyncCore

@Suite("What is known of the entries of a batch")
struct BatchLedgerTests {
    private func entry(_ path: String, version: Int64 = 7) -> Entry {
        Entry(kind: .file, path: VaultPath(path), version: version, handle: "h", size: 10)
    }

    private func record(
        _ entry: Entry,
        _ status: FileRecord.Status,
        by run: RunID = .first,
        epoch: VaultEpoch = Vault.notes.epoch
    ) -> FileRecord {
        let author = FileRecord.Author(run: run, epoch: epoch, now: Timestamp(milliseconds: 0))
        return FileRecord(entry, status: status, author: author, previous: nil)
    }

    private func ledger(_ entries: [Entry], _ records: [FileRecord] = []) -> BatchLedger {
        let header = BatchHeader(vault: .notes, folder: "Notes", listedUpTo: nil)
        let known = Dictionary(records.map { ($0.path, $0) }) { first, _ in first }
        return BatchLedger(header, entries, known: known, run: .first)
    }

    @Test("what nothing is known of is open")
    func open() {
        let ledger = ledger([entry("a"), entry("b")])
        #expect(ledger.open.map(\.path.rawValue) == ["a", "b"])
        #expect(!ledger.isComplete)
        #expect(ledger.progress == 0)
    }

    @Test("what this run has done counts as done by it, what another has done does not")
    func repeated() {
        let (a, b, c, d) = (entry("a"), entry("b"), entry("c"), entry("d"))
        let ledger = ledger(
            [a, b, c, d],
            [record(a, .completed), record(b, .completed, by: .second), record(c, .skipped), record(d, .failed)]
        )
        #expect(ledger.open == [d])
        let receipt = ledger.receipt(number: 3)
        #expect(receipt.batch == 3)
        #expect(receipt.files == 1)
        #expect(receipt.bytes == 10)
        #expect(receipt.skipped == 1)
    }

    @Test("what an earlier run skipped is tried again, unless a newer version is known")
    func skippedBefore() {
        let (a, b) = (entry("a"), entry("b"))
        let newer = record(entry("b", version: 8), .skipped, by: .second)
        #expect(ledger([a, b], [record(a, .skipped, by: .second), newer]).open == [a])
    }

    @Test("a record of another epoch settles nothing")
    func otherEpoch() {
        let a = entry("a")
        #expect(ledger([a], [record(a, .completed, epoch: "another")]).open == [a])
    }

    @Test("what was begun comes last, and what is put off not at all")
    func order() {
        let (a, b, c) = (entry("a"), entry("b"), entry("c"))
        var ledger = ledger([a, b, c], [record(a, .inProgress)])
        #expect(ledger.open == [b, c, a])
        ledger.putOff(b.path)
        #expect(ledger.open == [c, a])
        #expect(!ledger.isComplete)
    }

    @Test("breaks count since the last part came")
    func breaks() {
        let a = entry("a")
        var ledger = ledger([a])
        #expect(ledger.noteBreak(at: a.path) == 1)
        #expect(ledger.noteBreak(at: a.path) == 2)
        ledger.noteParts(0, of: a.path)
        #expect(ledger.noteBreak(at: a.path) == 3)
        ledger.noteParts(2, of: a.path)
        #expect(ledger.noteBreak(at: a.path) == 1)
        #expect(ledger.progress == 2)
    }

    @Test("the receipt names what failed")
    func failures() {
        let (a, b) = (entry("a"), entry("b"))
        var ledger = ledger([a, b])
        ledger.note(.failed(.corruptContent), for: a.path)
        ledger.note(.stored(bytes: 5), for: b.path)
        let receipt = ledger.receipt(number: 1)
        #expect(receipt.failures.map(\.path) == [a.path])
        #expect(receipt.bytes == 5)
        #expect(ledger.isComplete)
    }
}
