import Foundation
import Listing
import LocalAdapters
import SyncCore

/// Spools a listing that comes in no order, and reads the manifest.
func measureSpool(_ count: Int, in folder: URL) async throws {
    try FileManager.default.createDirectory(at: folder.appending(path: "state"), withIntermediateDirectories: true)
    let store = FolderObjectStore(
        root: folder.appending(path: "state").path(percentEncoded: false),
        scratch: folder.appending(path: "scratch").path(percentEncoded: false)
    )
    guard let vault = VaultID("vault"), let run = RunID("run") else { return }
    let samples = Samples(folder: folder, count: count)
    var written = 0
    let write = try await Usage.measure {
        var writer = ManifestWriter(store: store, vault: vault, run: run)
        // A prime far above every count reaches each number once.
        for number in 0..<count { try await writer.add(samples.entry((number * 99_999_989) % count, isChanged: false)) }
        written = try await writer.finish().entries
    }
    var read = 0
    var bytes: Int64 = 0
    let reading = try await Usage.measure {
        guard let stream = try await store.read(KeyMapping.manifest(vault: vault, run: run), from: 0) else { return }
        var reader = JSONLinesReader<Entry>(stream)
        var last: VaultPath?
        while true {
            let lines = try await reader.next(upTo: 400)
            guard let end = lines.last else { break }
            for line in lines {
                if let last, last >= line.value.path { fatalError("the manifest is not sorted") }
                last = line.value.path
            }
            read += lines.count
            bytes = end.end
        }
    }
    guard written == count, read == count else { fatalError("\(written) written, \(read) read, of \(count)") }
    print(
        String(
            format: "%9d entries, %6.1f MB: spooled in %.3f s CPU, read in %.3f s CPU, peak %.1f MiB",
            count,
            Double(bytes) / 1e6,
            write,
            reading,
            Usage.peakMemory
        )
    )
}
