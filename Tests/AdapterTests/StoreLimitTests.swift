import Simulators
import SyncCore
import TestSupport
import Testing

@Suite("What is larger or longer than the store takes")
struct StoreLimitTests {
    private func expectFailed(_ world: DownloadWorld, _ status: FileRecord.Status, _ name: SyncError.Name) async throws
    {
        try await world.run("run-1")
        try await world.expectTruth()
        let files = world.records.files(of: world.source.vault)
        let record = try #require(files[VaultPath("video.mp4")])
        #expect(record.status == status)
        #expect(record.lastError == name)
        #expect(files.values.count { $0.status == .completed } == files.count - 1, "the others arrive")
        world.expectNothingOpen()
    }

    @Test("a part that is too large fails its file alone, and leaves nothing", arguments: [true, false])
    func part(inRanges: Bool) async throws {
        let change: (inout S3Simulator.Configuration) -> Void = { $0.largestBody = Int64(DownloadWorld.partSize) - 1 }
        try await DownloadWorld.with(largeParts: 2, inRanges: inRanges, change) { world, _ in
            try await expectFailed(world, .failed, "TooLarge")
        }
    }

    @Test("an object that is too large fails its file alone, and leaves nothing", arguments: [true, false])
    func object(inRanges: Bool) async throws {
        let change: (inout S3Simulator.Configuration) -> Void = { $0.largestObject = Int64(2 * DownloadWorld.partSize) }
        try await DownloadWorld.with(largeParts: 2, inRanges: inRanges, change) { world, _ in
            try await expectFailed(world, .failed, "TooLarge")
        }
    }

    @Test("what no bucket of S3 takes is not even begun", arguments: [true, false])
    func listedSize(inRanges: Bool) async throws {
        try await DownloadWorld.with(largeParts: 2, inRanges: inRanges, { _ in }) { world, library in
            library.change(world.source.vault) { vault in
                vault.changes[0].size = UploadSettings.largestObject + 1
            }
            try await expectFailed(world, .failed, "TooLarge")
            #expect(world.simulator.count(of: .createMultipartUpload) == 0)
            #expect(library.rangesAsked == 0)
        }
    }

    @Test("a key that is too long is skipped, and said to be so")
    func longKey() async throws {
        try await DownloadWorld.withRanges { world, library in
            let path = VaultPath(String(repeating: "x", count: 1024 - "Notes/".count + 1))
            library.write([1], to: path, in: world.source.vault)
            try await world.run("run-1")
            let record = world.records.files(of: world.source.vault)[path]
            #expect(record?.status == .skipped)
            #expect(record?.lastError == "NameRefused")
            #expect(world.simulator.objects(in: SimulatedS3.bucket).count == 4)
            world.expectNothingOpen()
        }
    }
}
