import Checksums
import Clocks
import FoundationEssentials
import TestSupport
import Testing

@testable import SyncCore

@Suite("Lines that need no generic decoder")
struct LineScannerTests {
    private static let texts = [
        "", "a", "Daily/2026-11-21.md", "caf\u{E9}", "cafe\u{301}", "日本語/\u{1F600}.md", "a b", "{}[],:", "\u{7F}",
        "quote\"", "back\\slash", "line\nfeed", "tab\t", "zero\u{0}", "\u{2028}", "/slash/",
    ]
    private static let numbers: [Int64] = [0, 1, -1, 9, 10, 12_545, -1500, 999_999_999_999_999_999, .max, .min]

    private func entry(_ random: inout SeededGenerator) -> Entry {
        func text() -> String { Self.texts.randomElement(using: &random) ?? "" }
        func number() -> Int64 { Self.numbers.randomElement(using: &random) ?? 0 }
        func perhaps<Value>(_ value: Value) -> Value? { Bool.random(using: &random) ? value : nil }
        let kinds: [Entry.Kind] = [.file, .folder, .deletion, .unreadable, .group, .unchanged]
        return Entry(
            kind: kinds.randomElement(using: &random) ?? .file,
            path: VaultPath(text()),
            version: number(),
            handle: text(),
            size: perhaps(number()),
            mtime: perhaps(Timestamp(milliseconds: number())),
            sha256: perhaps(text()),
            previousPath: perhaps(VaultPath(text()))
        )
    }

    private func record(_ random: inout SeededGenerator) -> FileRecord {
        let entry = entry(&random)
        let statuses: [FileRecord.Status] = [.completed, .failed, .inProgress, .skipped, .deleted]
        func time() -> Timestamp? {
            Bool.random(using: &random) ? Timestamp(milliseconds: Self.numbers.randomElement(using: &random) ?? 0) : nil
        }
        let author = FileRecord.Author(run: .first, epoch: "e@p", now: Timestamp(milliseconds: 5))
        var record = FileRecord(
            entry,
            status: statuses.randomElement(using: &random) ?? .completed,
            author: author,
            previous: nil
        )
        record.firstSynced = time()
        record.lastSynced = time()
        record.pendingSince = time()
        record.lastError = Bool.random(using: &random) ? "Throttled" : nil
        record.reason = Bool.random(using: &random) ? Self.texts.randomElement(using: &random) : nil
        record.fingerprint = Bool.random(using: &random) ? ObjectFingerprint("12-3.5-7") : nil
        record.listedSize = Bool.random(using: &random) ? 17 : nil
        record.isGroup = Bool.random(using: &random) ? true : nil
        record.deletedAt = time()
        record.attempts = Int.random(in: 0...5, using: &random)
        if Bool.random(using: &random), let key = try? ObjectKey("Notes/}\u{E9}{.mp4") {
            let id = Self.texts.randomElement(using: &random) ?? ""
            record.checkpoint = TransferCheckpoint(upload: MultipartUpload(key: key, id: id, partSize: 8 << 20))
            record.checkpoint?.validator = Bool.random(using: &random) ? "etag-1" : nil
            record.checkpoint?.checksums = Bool.random(using: &random) ? [1: CRC64NVME(7), 12: CRC64NVME(8)] : [:]
        }
        record.crc64nvme = Bool.random(using: &random) ? CRC64NVME(.random(in: 0...(.max), using: &random)) : nil
        return record
    }

    /// Whether the line is of the plain form that the scanner has to know.
    private func isPlain(_ line: [UInt8]) -> Bool {
        !line.contains(UInt8(ascii: "\\")) && !String(decoding: line, as: UTF8.self).contains("9223372036854775")
    }

    private func check<Value: LineCodable & Equatable>(_ value: Value, _ counts: inout (plain: Int, other: Int)) throws
    {
        let line = try JSONLinesEncoder().line(value)
        let scanned = Value.scan(line)
        if isPlain(line) {
            #expect(scanned?.value == value)
            #expect(scanned?.end == line.count)
            #expect(Value.scan(line, like: value)?.value == value)
            counts.plain += 1
        } else {
            #expect(scanned == nil)
            counts.other += 1
        }
        #expect(try JSONDecoder().decode(Value.self, from: Data(line)) == value)
    }

    @Test("the scanner and the generic decoder read the same, or the scanner refuses")
    func agrees() throws {
        var random = SeededGenerator(seed: 11)
        var counts = (plain: 0, other: 0)
        for _ in 0..<400 {
            try check(entry(&random), &counts)
            try check(record(&random), &counts)
        }
        #expect(counts.plain > 100)
        #expect(counts.other > 100)
    }

    @Test("an entry is written as the generic encoder writes it")
    func written() throws {
        var random = SeededGenerator(seed: 13)
        let encoder = JSONLinesEncoder()
        for _ in 0..<600 {
            let entry = entry(&random)
            var lines = Array("before\n".utf8)
            try encoder.append(entry, to: &lines)
            #expect(try lines == Array("before\n".utf8) + encoder.line(entry))
        }
    }

    @Test("a line that was damaged is refused, or read as the generic decoder reads it")
    func damaged() throws {
        var random = SeededGenerator(seed: 12)
        for _ in 0..<600 {
            var line = try JSONLinesEncoder().line(entry(&random))
            let position = Int.random(in: 0..<(line.count - 1), using: &random)
            line[position] = UInt8.random(in: 0...255, using: &random)
            guard let (scanned, end) = Entry.scan(line) else { continue }
            #expect(try JSONDecoder().decode(Entry.self, from: Data(line.prefix(end))) == scanned)
        }
    }

    @Test("a line that is cut anywhere is refused")
    func cut() throws {
        let line = try JSONLinesEncoder().line(
            Entry(kind: .file, path: VaultPath("a"), version: 1, handle: "h", size: 3)
        )
        for length in 0..<line.count {
            #expect(Entry.scan(Array(line.prefix(length))) == nil)
        }
    }

    @Test("whole numbers of every length are read, whatever follows them", arguments: 1...20)
    func integers(digits: Int) {
        let text = String("98765432109876543210".prefix(digits))
        for sign in ["", "-"] {
            for rest in [",", "}", "},\"a\":1", ",\"b\":\"cd\"}\n", ",00000000", "}9"] {
                let found = Array((sign + text + rest).utf8).withUnsafeBufferPointer { buffer in
                    var scanner = LineScanner(buffer, at: 0)
                    return scanner.integer()
                }
                #expect(found == (digits <= 18 ? Int64(sign + text) : nil), "\(sign)\(text)\(rest)")
            }
            for wrong in ["x", " ", "", ".5", "e3", "/", ":"] {
                let found = Array((sign + text + wrong).utf8).withUnsafeBufferPointer { buffer in
                    var scanner = LineScanner(buffer, at: 0)
                    return scanner.integer()
                }
                #expect(found == nil, "\(sign)\(text)\(wrong)")
            }
        }
    }

    @Test("a record is read from its JSON, plain or not", arguments: ["plain.md", "line\nfeed \"quoted\".md"])
    func recordJSON(path: String) throws {
        let author = FileRecord.Author(run: .first, epoch: "e", now: Timestamp(milliseconds: 5))
        let entry = Entry(kind: .file, path: VaultPath(path), version: 1, handle: "h")
        let record = FileRecord(entry, status: .completed, author: author, previous: nil)
        #expect(try FileRecord(json: FunctionJSON.encode(record)) == record)
        #expect(throws: (any Error).self) { try FileRecord(json: Array("{}".utf8)) }
    }
}
