import Clocks
import Foundation
import SyncCore

/// A listing and the records of a vault, as files of JSON Lines.
struct Samples {
    let folder: URL
    let count: Int

    var manifest: URL { folder.appending(path: "manifest.jsonl") }
    var records: URL { folder.appending(path: "records.jsonl") }

    /// One entry in so many has other content than its record.
    static let changedEvery = 20

    var changed: Int { (count + Self.changedEvery - 1) / Self.changedEvery }

    /// Writes both files, a piece at a time.
    func write() throws {
        let encoder = JSONLinesEncoder()
        guard let run = RunID("run-0123456789ab") else { return }
        let author = FileRecord.Author(
            run: run,
            epoch: VaultEpoch(rawValue: "0123456789abcdef@bucket/prefix/"),
            now: Timestamp(milliseconds: 1_790_000_000_000)
        )
        let manifest = try Sink(manifest)
        let records = try Sink(records)
        for number in 0..<count {
            let entry = entry(number, isChanged: false)
            let record = FileRecord(entry, status: .completed, author: author, previous: nil)
            try records.write(encoder.line(record))
            let isChanged = number.isMultiple(of: Self.changedEvery)
            try manifest.write(encoder.line(isChanged ? self.entry(number, isChanged: true) : entry))
        }
        try manifest.close()
        try records.close()
    }

    /// The entry of a number; the paths ascend with the numbers.
    func entry(_ number: Int, isChanged: Bool) -> Entry {
        let digits = String(number + 10_000_000).dropFirst()
        let seed = UInt64(number) &* 0x9E37_79B9_7F4A_7C15 | 1 << 63
        let digest = String(repeating: String(seed, radix: 16), count: 4)
        return Entry(
            kind: .file,
            path: VaultPath("Folder \(digits.prefix(4))/Note \(digits) about something.md"),
            version: Int64(number) + (isChanged ? 10_000_000 : 1),
            handle: String(number),
            size: Int64(number % 100_000),
            mtime: Timestamp(milliseconds: 1_780_000_000_000 + Int64(number)),
            sha256: isChanged ? String(digest.reversed()) : digest
        )
    }
}

/// A file that is written in pieces.
private final class Sink {
    private let handle: FileHandle
    private var waiting = Data()

    init(_ url: URL) throws {
        try Data().write(to: url)
        handle = try FileHandle(forWritingTo: url)
    }

    func write(_ bytes: [UInt8]) throws {
        waiting.append(contentsOf: bytes)
        guard waiting.count > 1 << 20 else { return }
        try handle.write(contentsOf: waiting)
        waiting.removeAll(keepingCapacity: true)
    }

    func close() throws {
        try handle.write(contentsOf: waiting)
        try handle.close()
    }
}
