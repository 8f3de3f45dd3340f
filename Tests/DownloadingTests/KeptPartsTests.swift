import Downloading
import TestSupport
import TestWorld
import Testing

@testable import SyncCore

@Suite("The parts of a large file that fails")
struct KeptPartsTests {
    private static let size = Int64(World.video.count)

    /// A run in which five parts of the video arrive and no more, an hour ago.
    private func failedRun(_ world: World) async throws {
        world.library.setRangeHook { _, _, number in number > 5 ? .refused(.init(.sourceUnavailable, "")) : nil }
        await #expect(throws: SyncError.self) { try await world.run() }
        #expect(world.record("video.mp4")?.status == .failed)
        #expect(world.mirror.openUploads == 1)
        world.library.setRangeHook(nil)
        world.clock.advance(by: .seconds(3600))
    }

    @Test("a source that breaks off again and again while parts arrive is asked until all have arrived")
    func breaksBetweenParts() async throws {
        var world = World.withVideo()
        world.downloading.attempts = 1
        world.library.setRangeHook { _, _, number in
            number.isMultiple(of: 6) ? .refused(.init(.sourceUnavailable, "")) : nil
        }
        #expect(try await world.download(world.firstBatch).files == 1)
        #expect(world.videoBytes == World.video)
        #expect(world.mirror.uploadsBegun == 1)
        #expect(world.library.rangeBytesSent == Self.size)
    }

    @Test("a content that changes again and again is given up, whatever arrives of it, and its parts go")
    func changesAgainAndAgain() async throws {
        let world = World.withVideo()
        world.library.setRangeHook { [library = world.library] _, _, number in
            guard number.isMultiple(of: 8) else { return nil }
            library.change(.notes) { $0.contents["1"] = World.video.map { $0 &+ UInt8(truncatingIfNeeded: number) } }
            return nil
        }
        #expect(try await world.download(world.firstBatch).failed == 1)
        #expect(world.mirror.uploadsBegun == 2)
        #expect(world.mirror.openUploads == 0)
        #expect(world.record("video.mp4")?.lastError == "SourceUnavailable")
        #expect(world.record("video.mp4")?.checkpoint == nil)
    }

    @Test("are kept where the source may come back, and the next run fetches what is missing")
    func nextRun() async throws {
        let world = World.withVideo()
        try await failedRun(world)
        let before = world.library.rangeBytesSent
        try await world.run(.second)
        #expect(world.videoBytes == World.video)
        #expect(world.library.rangeBytesSent - before == Self.size - 5 * 2000)
        #expect(world.mirror.uploadsBegun == 1)
        #expect(world.mirror.openUploads == 0)
        #expect(world.record("video.mp4")?.checkpoint == nil)
    }

    @Test("stay while the file fails, run after run")
    func manyRuns() async throws {
        let world = World.withVideo()
        try await failedRun(world)
        for run in [RunID.second, .third] {
            world.library.setRangeHook { _, _, _ in .refused(.init(.throttled, "")) }
            await #expect(throws: SyncError.self) { try await world.run(run) }
            #expect(world.mirror.openUploads == 1)
            world.clock.advance(by: .seconds(3600))
        }
        world.library.setRangeHook(nil)
        try await world.run(try #require(RunID("run-4")))
        #expect(world.videoBytes == World.video)
        #expect(world.library.rangeBytesSent == Self.size)
    }

    @Test("go when a later attempt finds the file corrupt")
    func turnsOutCorrupt() async throws {
        let world = World.withVideo()
        try await failedRun(world)
        world.library.setRangeHook { _, _, _ in .refused(.init(.corruptContent, "")) }
        await #expect(throws: SyncError.self) { try await world.run(.second) }
        #expect(world.record("video.mp4")?.lastError == "CorruptContent")
        #expect(world.mirror.openUploads == 0)
        #expect(world.record("video.mp4")?.checkpoint == nil)
    }

    @Test("go with the file when it is deleted")
    func deleted() async throws {
        let world = World.withVideo()
        try await failedRun(world)
        world.delete("video.mp4")
        try await world.run(.second)
        #expect(world.record("video.mp4")?.status == .deleted)
        world.clock.advance(by: .seconds(3600))
        try await world.run(.third)
        #expect(world.mirror.openUploads == 0)
    }

    @Test("go when the file changes, also where the new version fails as well", arguments: [false, true])
    func changed(failsAgain: Bool) async throws {
        let world = World.withVideo()
        try await failedRun(world)
        let newer = Array(World.video.dropLast(7000))
        world.library.write(newer, to: VaultPath("video.mp4"), in: .notes, statesHash: false)
        if failsAgain {
            world.library.setBeforeContent { _ in throw SyncError(.sourceUnavailable, "") }
            await #expect(throws: SyncError.self) { try await world.run(.second) }
            #expect(world.record("video.mp4")?.version == 2)
            #expect(world.record("video.mp4")?.checkpoint == nil)
        } else {
            try await world.run(.second)
            #expect(world.videoBytes == newer)
            #expect(world.mirror.uploadsBegun == 2)
        }
        #expect(world.mirror.openUploads == 0)
    }

    @Test("are not fetched again where only their completion failed", arguments: [true, false])
    func completionFails(listsChecksums: Bool) async throws {
        let world = World.withVideo(mirror: MemoryObjectStore(listsChecksums: listsChecksums))
        let error = SyncError(.storeUnavailable, "")
        world.mirrorFaults.replace { operation, _ in operation == .complete ? .init(error) : nil }
        await #expect(throws: SyncError.self) { try await world.run() }
        #expect(world.record("video.mp4")?.status == .failed)
        world.mirrorFaults.replace(with: nil)
        try await world.run(.second)
        #expect(world.videoBytes == World.video)
        #expect(world.library.rangeBytesSent == Self.size)
    }

    @Test("are not fetched again where they were completed and nobody heard of it")
    func completionIsLost() async throws {
        let world = World.withVideo()
        let error = SyncError(.storeUnavailable, "")
        world.mirrorFaults.replace { operation, number in
            switch operation {
            case .complete: .init(error, afterDoing: number == 1)
            case .head where world.mirror.writes > 0: .init(error)
            default: nil
            }
        }
        await #expect(throws: SyncError.self) { try await world.run() }
        #expect(world.record("video.mp4")?.status == .failed)
        world.mirrorFaults.replace(with: nil)
        try await world.run(.second)
        #expect(world.mirror.writes == 1)
        #expect(world.record("video.mp4")?.status == .completed)
        #expect(world.library.rangeBytesSent == Self.size)
    }
}
