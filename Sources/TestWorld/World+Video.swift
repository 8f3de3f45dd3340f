import Downloading
import Listing
package import SyncCore
package import TestSupport

extension World {
    /// A world with one video that is read in ranges, cut into parts of 2,000 bytes.
    package static func withVideo(_ bytes: [UInt8] = video, mirror: MemoryObjectStore = MemoryObjectStore()) -> World {
        var world = World()
        world.mirror = mirror
        world.library.addVault(.notes)
        world.downloading.upload.multipartThreshold = 1000
        world.downloading.upload.partSize = 2000
        world.downloading.upload.partsInFlight = 3
        world.library.setFaults { faults in
            faults.givesRanges = true
            faults.concurrentFetches = 16
        }
        world.library.write(bytes, to: VaultPath("video.mp4"), in: .notes, statesHash: false)
        return world
    }

    /// Twenty parts, the last of which is short.
    package static let video = (0..<38_500).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }

    /// The first batch of a first run.
    package var firstBatch: BatchReference {
        get async throws {
            _ = try await authenticate("{}".asEvent)
            let page = try await list(ListInput(run: .first, request: SyncRequest()))
            guard let batch = page.batches.first else { throw SyncError(.protocolChanged, "nothing is handed out") }
            return batch
        }
    }

    /// What the mirror holds of the video.
    package var videoBytes: [UInt8]? { (try? ObjectKey("Notes/video.mp4")).flatMap { mirror.objects[$0]?.bytes } }
}
