import CPlainScan
import Foundation
import SyncCore

/// What the lister does with a listing of everything where next to nothing has changed: reads the manifest, reads the
/// records, and finds the entries that no record settles.
func findChanged(_ samples: Samples) async throws -> Int {
    var reader = JSONLinesReader<Entry>(FileBytes(url: samples.manifest))
    var join = RecordJoin(RecordFile(url: samples.records))
    var changed = 0
    while true {
        let lines = try await reader.next(upTo: 400)
        if lines.isEmpty { break }
        try await join.walk(past: lines.map(\.value)) { step in
            guard case .met(let entry, let record) = step else { return }
            if record?.settles(entry, epoch: "0123456789abcdef@bucket/prefix/") != true { changed += 1 }
        }
    }
    return changed
}

/// CPU seconds of this process so far, user and system.
func cpuSeconds() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

/// The most memory that this process had, in MiB.
func peakMemory() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) / 1024
}

let count = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1_000_000
let folder = FileManager.default.temporaryDirectory.appending(path: "lister-benchmark-\(getpid())")
try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
defer { try? FileManager.default.removeItem(at: folder) }
let samples = Samples(folder: folder, count: count)
try samples.write()

var bytes: UInt64 = 0
/// The better of three, for both: what else runs on the machine counts against neither.
func best(_ body: () async throws -> Void) async rethrows -> Double {
    var best = Double.infinity
    for _ in 1...3 {
        let start = cpuSeconds()
        try await body()
        best = min(best, cpuSeconds() - start)
    }
    return best
}

let scan = await best {
    bytes = 0
    for file in [samples.manifest, samples.records] {
        var counts = plain_scan_counts()
        guard plain_scan(file.path(percentEncoded: false), &counts) == 0, counts.lines == UInt64(count) else {
            fatalError("the scan does not find every line")
        }
        bytes += counts.bytes
    }
}
var changed = 0
let diff = try await best { changed = try await findChanged(samples) }
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
        peakMemory()
    )
)
