import CPlainScan
import Foundation

// A function of 512 MB has less than one processor, and what hops between two measures their caches.
guard use_one_processor() == 0 else { fatalError("the process cannot be kept on one processor") }
let arguments = CommandLine.arguments.dropFirst()
let count = arguments.first.flatMap { Int($0) } ?? 1_000_000
let folder = FileManager.default.temporaryDirectory.appending(path: "lister-benchmark-\(getpid())")
try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
defer { try? FileManager.default.removeItem(at: folder) }
// One part a process: the most memory that a process had cannot be taken back.
switch arguments.dropFirst().first ?? "diff" {
case "diff": try await measureDiff(count, in: folder)
case "spool": try await measureSpool(count, in: folder)
case "reads": try await measureReads(count)
default:
    print("usage: ListerBenchmark COUNT [diff | spool | reads]")
    exit(64)
}
