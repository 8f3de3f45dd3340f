import CPlainScan
import Foundation
import Listing
import SyncCore

/// What the lister does with a listing of everything where next to nothing has changed: reads the manifest, reads the
/// records, and finds the entries that no record settles.
private func findChanged(_ samples: Samples) async throws -> Int {
    var reader = JSONLinesReader<Entry>(FileBytes(url: samples.manifest))
    var join = RecordJoin(RecordFile(url: samples.records))
    var changed = 0
    while true {
        let lines = try await reader.next(upTo: 4000)
        if lines.isEmpty { break }
        try await join.walk(past: lines.map(\.value)) { step in
            guard case .met(let entry, let record) = step else { return }
            if record?.settles(entry, epoch: VaultEpoch(rawValue: "0123456789abcdef@bucket/prefix/")) != true {
                changed += 1
            }
        }
    }
    return changed
}

/// Compares a manifest with as many records, beside a scan of the same bytes in C.
func measureDiff(_ count: Int, in folder: URL) async throws {
    let samples = Samples(folder: folder, count: count)
    try samples.write()
    var bytes: UInt64 = 0
    var changed = 0
    let (scan, diff) = try await Usage.best {
        bytes = 0
        for file in [samples.manifest, samples.records] {
            var counts = plain_scan_counts()
            guard plain_scan(file.path(percentEncoded: false), &counts) == 0, counts.lines == UInt64(count) else {
                fatalError("the scan does not find every line")
            }
            bytes += counts.bytes
        }
    } _: {
        changed = try await findChanged(samples)
    }
    guard changed == samples.changed else { fatalError("\(changed) entries changed, not \(samples.changed)") }
    print(
        String(
            format:
                "%9d entries, %9d records, %6.1f MB: plain C scan %.3f s CPU, diff %.3f s CPU, ratio %.2f, peak %.1f MiB",
            count,
            count,
            Double(bytes) / 1e6,
            scan,
            diff,
            diff / scan,
            Usage.peakMemory
        )
    )
}
