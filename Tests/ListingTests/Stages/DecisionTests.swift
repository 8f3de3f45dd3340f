import Clocks
import TestSupport
import Testing

@testable import Listing
@testable import SyncCore

@Suite("What is to be done about an entry")
struct DecisionTests {
    private static let author = FileRecord.Author(
        run: .second,
        epoch: "e@here",
        now: Timestamp(milliseconds: 10_000_000)
    )

    private static func entry(_ version: Int64, hash: String? = "aa", kind: Entry.Kind = .file) -> Entry {
        Entry(kind: kind, path: VaultPath("a.md"), version: version, handle: "\(version)", size: 3, sha256: hash)
    }

    private static func record(
        _ status: FileRecord.Status,
        _ version: Int64 = 1,
        hash: String? = "aa",
        epoch: VaultEpoch = "e@here"
    ) -> FileRecord {
        let author = FileRecord.Author(run: .first, epoch: epoch, now: Timestamp(milliseconds: 5))
        var record = FileRecord(entry(version, hash: hash), status: status, author: author, previous: nil)
        record.fingerprint = ObjectFingerprint("mark")
        return record
    }

    /// What a verdict comes to, in a word.
    private func word(_ verdict: Verdict) -> String {
        switch verdict {
        case .nothing: "nothing"
        case .moveOn(let record): "move on to \(record.version), \(record.fingerprint == nil ? "unmarked" : "marked")"
        case .fetch(let entry, nil): "fetch \(entry.version)"
        case .fetch(let entry, let lost?): "fetch \(entry.version), \(lost.lastError?.rawValue ?? "")"
        case .copy(let record): "copy \(record.path.rawValue)"
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var item: ComparedEntry
        var verdict: String
        var retriesRefused = false

        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "unknown", item: .init(entry: entry(1)), verdict: "fetch 1"),
        Case(name: "mirrored", item: .init(entry: entry(1), record: record(.completed)), verdict: "nothing"),
        Case(
            name: "a newer version of the same bytes",
            item: .init(entry: entry(2), record: record(.completed)),
            verdict: "move on to 2, marked"
        ),
        Case(
            name: "the same bytes in another epoch of the same place",
            item: .init(entry: entry(1), record: record(.completed, epoch: "f@here")),
            verdict: "move on to 1, marked"
        ),
        Case(
            name: "the same bytes in another place",
            item: .init(entry: entry(1), record: record(.completed, epoch: "e@there")),
            verdict: "fetch 1"
        ),
        Case(
            name: "other bytes",
            item: .init(entry: entry(2, hash: "bb"), record: record(.completed)),
            verdict: "fetch 2"
        ),
        Case(
            name: "an older version than is mirrored",
            item: .init(entry: entry(1, hash: "bb"), record: record(.completed, 2)),
            verdict: "nothing"
        ),
        Case(name: "failed before", item: .init(entry: entry(1), record: record(.failed)), verdict: "fetch 1"),
        Case(
            name: "deleted, and there again",
            item: .init(entry: entry(1), record: record(.deleted)),
            verdict: "fetch 1"
        ),
        Case(name: "refused before", item: .init(entry: entry(1), record: record(.skipped)), verdict: "nothing"),
        Case(
            name: "refused before, in a complete run",
            item: .init(entry: entry(1), record: record(.skipped)),
            verdict: "fetch 1",
            retriesRefused: true
        ),
        Case(
            name: "lost by the store",
            item: .init(entry: entry(1), record: record(.completed), isLost: true),
            verdict: "fetch 1, ObjectLost"
        ),
        Case(
            name: "renamed",
            item: .init(entry: entry(2), previous: record(.completed)),
            verdict: "copy a.md"
        ),
        Case(
            name: "renamed, and other bytes",
            item: .init(entry: entry(2, hash: "bb"), previous: record(.completed)),
            verdict: "fetch 2"
        ),
        Case(
            name: "renamed in another epoch",
            item: .init(entry: entry(2), previous: record(.completed, epoch: "f@here")),
            verdict: "fetch 2"
        ),
        Case(name: "a deletion", item: .init(entry: entry(1, kind: .deletion)), verdict: "nothing"),
        Case(name: "a group", item: .init(entry: entry(1, kind: .group)), verdict: "nothing"),
        Case(name: "an unreadable name", item: .init(entry: entry(1, kind: .unreadable)), verdict: "fetch 1"),
    ]

    @Test("goes by entry and records alone", arguments: cases)
    func table(item: Case) {
        let decision = Decision(author: Self.author, retriesRefused: item.retriesRefused)
        #expect(word(decision(on: item.item)) == item.verdict)
    }

    @Test("what was gone at the source is due again after an hour")
    func due() {
        var record = Self.record(.skipped)
        let decision = Decision(author: Self.author, retriesRefused: false)
        record.pendingSince = Self.author.now.advanced(by: .seconds(-3599))
        #expect(word(decision(on: .init(entry: Self.entry(1), record: record))) == "nothing")
        record.pendingSince = Self.author.now.advanced(by: .seconds(-3600))
        #expect(word(decision(on: .init(entry: Self.entry(1), record: record))) == "fetch 1")
    }
}
