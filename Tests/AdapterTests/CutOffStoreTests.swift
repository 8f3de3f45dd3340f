import Clocks
import Downloading
import Listing
import Simulators
import SyncCore
import Synchronization
import TestSupport
import Testing

@Suite("A store that falls silent shortly before the process ends")
struct CutOffStoreTests {
    @Test(
        "what is under way is given up in time, and the next run makes it whole",
        .timeLimit(.minutes(1)),
        arguments: [false, true],
        [[S3Operation.uploadPart], [.uploadPart, .listParts, .completeMultipartUpload, .abortMultipartUpload]]
    )
    func stalls(inRanges: Bool, silent: [S3Operation]) async throws {
        try await DownloadWorld.with(largeParts: 4, inRanges: inRanges, { _ in }) { world, library in
            let clock = PatientClock(world.clock.now)
            let deadline = clock.now.advanced(by: .seconds(870))
            let end = clock.now.advanced(by: .seconds(900))
            let run = try #require(RunID("run-1"))
            let page = try await world.list(ListInput(run: run, request: SyncRequest()))
            for operation in silent {
                let skip = operation == .uploadPart ? 1 : 0
                world.simulator.inject(.stall(.seconds(600)), in: operation, skip: skip, times: nil)
            }
            let parts = Mutex(0)
            world.simulator.setDirector { moment in
                guard !moment.isDone else { return nil }
                if moment.operation == .abortMultipartUpload, silent.contains(.abortMultipartUpload) {
                    clock.advance(to: deadline.advanced(by: .seconds(28)))
                }
                guard moment.operation == .uploadPart else { return nil }
                let number = parts.withLock { parts in
                    parts += 1
                    return parts
                }
                // The first part is stored by then: at most three are under way at once.
                if number == 4 { clock.advance(to: deadline.advanced(by: .seconds(26))) }
                return nil
            }
            var settings = world.settings
            if !inRanges { settings.upload.bufferLimit = 4 * DownloadWorld.partSize }
            var ports = world.ports
            ports.clock = clock
            let download = DownloadBatch(ports, settings: settings, makeHasher: { FingerprintHasher() })
            let input = DownloadInput(run: run, request: SyncRequest(), batch: try #require(page.batches.first))
            let output = try await download(input, deadline: deadline, end: end, logger: .quiet)
            #expect(output.status == .partial)
            #expect(clock.now < end)
            world.simulator.setDirector(nil)
            world.simulator.removeFaults()
            try await world.expectTruth()
            // One stream cannot be gone on with, so nothing of it is kept where the store hears of that.
            let isKept = inRanges || silent.contains(.abortMultipartUpload)
            #expect(world.simulator.openUploads(in: SimulatedS3.bucket).count == (isKept ? 1 : 0))
            try await world.nextRun("run-2")
            try await world.expectEverything()
            if inRanges {
                let size = Int64(4 * DownloadWorld.partSize + 12_345)
                #expect(library.rangeBytesSent <= size + 3 * Int64(DownloadWorld.partSize))
            }
        }
    }
}
