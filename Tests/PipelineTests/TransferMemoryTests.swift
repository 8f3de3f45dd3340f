import Downloading
import Foundation
import Listing
import Simulators
import SyncCore
import Testing

/// What the downloader's own executable holds in memory while it moves a large file.
@Suite(
    "the memory of a transfer",
    .tags(.integration),
    .serialized,
    .enabled(if: Deployment.emulator != nil),
    .timeLimit(.minutes(10))
)
struct TransferMemoryTests {
    /// The most that was resident so far, in bytes.
    private func peak(of pid: Int32) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(Int(line.filter(\.isNumber))) * 1024
    }

    @Test("a file of many parts takes no more of it than one of a single part", arguments: [false, true])
    func flat(tls: Bool) async throws {
        // Four parts of this size at once would be 128 MiB, if any were held.
        let environment = ["CHUNK_SIZE": "\(32 << 20)", "UPLOAD_CONCURRENCY": "4"]
        try await MediaDeployment.with(
            clipBytes: 12 << 20,
            tls: tls,
            retention: .discarded(above: 1 << 20),
            environment: environment
        ) { world in
            let (lister, listerURL) = try await world.start("Lister")
            defer { lister.end() }
            let (downloader, downloaderURL) = try await world.start("Downloader")
            defer { downloader.end() }
            var peaks: [Int] = []
            for (number, size) in [12 << 20, 160 << 20].enumerated() {
                if number == 1 { world.source.library.add(MediaDeployment.clip(2, Int64(size))) }
                var input = ListInput(run: try #require(RunID("run-\(number)")), request: SyncRequest())
                var page = try await world.invoke(listerURL, input, as: ListOutput.self)
                let batch = try #require(page.batches.first)
                let event = DownloadInput(run: input.run, request: page.request, batch: batch)
                let output = try await world.invoke(downloaderURL, event, as: DownloadOutput.self)
                #expect(output.bytes == Int64(size))
                peaks.append(try peak(of: downloader.process.processIdentifier))
                while page.next != .done {
                    input.cursor = page.cursor
                    page = try await world.invoke(listerURL, input, as: ListOutput.self)
                }
            }
            #expect(peaks[1] - peaks[0] < 16 << 20, "\(peaks)")
        }
    }
}
