import Checksums
import Clocks
import Synchronization
import TestSupport
import TestWorld
import Testing

@testable import Downloading
@testable import SyncCore

/// A process that is killed: everything fails from then on, and nobody can tidy up.
private struct Killed: Error {}

@Suite("A large file that is read in ranges")
struct RangedTransferTests {
    @Test("arrives part by part, each byte fetched once, and its checksum is recorded")
    func arrives() async throws {
        let world = World.withVideo()
        let output = try await world.download(world.firstBatch)
        #expect(output == DownloadOutput(status: .complete, files: 1, bytes: 38_500, failed: 0, skipped: 0))
        #expect(world.videoBytes == World.video)
        #expect(world.library.rangesAsked == 20)
        #expect(world.library.rangeBytesSent == 38_500)
        #expect(world.mirror.uploadsBegun == 1)
        #expect(world.mirror.openUploads == 0)
        let record = try #require(world.record("video.mp4"))
        #expect(record.status == .completed)
        #expect(record.crc64nvme == CRC64NVME(of: World.video))
        #expect(record.sha256 == nil)
        #expect(record.checkpoint == nil)
        let stored = try #require(world.mirror.objects[ObjectKey("Notes/video.mp4")])
        #expect(stored.attributes.sourceVersion == "1")
        #expect(stored.attributes.tags == ["provider": "fake", "vault": "notes-id"])
    }

    @Test("is read as one stream where its SHA-256 is to be compared")
    func statedHash() async throws {
        let world = World.withVideo()
        world.library.write(World.video, to: VaultPath("video.mp4"), in: .notes, statesHash: true)
        #expect(try await world.download(world.firstBatch).files == 1)
        #expect(world.library.rangesAsked == 0)
        #expect(world.record("video.mp4")?.sha256 == FingerprintHasher.digest(World.video))
    }

    @Test(
        "a range that breaks off is fetched again, and no other",
        arguments: [
            FakeLibrary.RangeFault.reset(after: 1500), .truncated(after: 1500), .refused(.init(.throttled, "")),
        ]
    )
    func retriesOnePart(fault: FakeLibrary.RangeFault) async throws {
        let world = World.withVideo()
        world.library.setRangeHook { _, _, number in number == 5 ? fault : nil }
        #expect(try await world.download(world.firstBatch).files == 1)
        #expect(world.videoBytes == World.video)
        #expect(world.library.rangesAsked == 21)
        #expect(world.library.rangeBytesSent <= 38_500 + 2000)
        #expect(world.mirror.uploadsBegun == 1)
    }

    @Test("a part that the store does not take is fetched again")
    func storeRefusesPart() async throws {
        let world = World.withVideo()
        world.mirrorFaults.replace { operation, number in
            operation == .putPart && number == 3 ? .init(SyncError(.storeUnavailable, "")) : nil
        }
        #expect(try await world.download(world.firstBatch).files == 1)
        #expect(world.library.rangesAsked == 21)
        #expect(world.videoBytes == World.video)
    }

    @Test("what outlives many invocations arrives, and nothing is fetched twice", arguments: [true, false])
    func manyInvocations(listsChecksums: Bool) async throws {
        let world = World.withVideo(mirror: MemoryObjectStore(listsChecksums: listsChecksums))
        let batch = try await world.firstBatch
        // A second for each range: an invocation of five seconds is over after five of them.
        world.library.setRangeHook { [clock = world.clock] _, _, _ in
            clock.advance(by: .seconds(1))
            return nil
        }
        var calls = 0
        while true {
            calls += 1
            let output = try await world.download(batch, deadline: world.clock.now.advanced(by: .seconds(5)))
            if output.status == .complete { break }
            #expect(world.record("video.mp4")?.status == .inProgress)
            #expect(world.videoBytes == nil)
            try #require(calls < 20)
        }
        #expect(calls > 2)
        #expect(world.videoBytes == World.video)
        #expect(world.library.rangeBytesSent == 38_500)
        #expect(world.mirror.uploadsBegun == 1)
    }

    /// Leaves a transfer half done.
    private func halfDone(_ world: World) async throws -> BatchReference {
        let batch = try await world.firstBatch
        world.library.setRangeHook { [clock = world.clock] _, _, _ in
            clock.advance(by: .seconds(1))
            return nil
        }
        let output = try await world.download(batch, deadline: world.clock.now.advanced(by: .seconds(5)))
        #expect(output.status == .partial)
        world.library.setRangeHook(nil)
        return batch
    }

    @Test("a content that has changed meanwhile is fetched from its beginning")
    func changedContent() async throws {
        let world = World.withVideo()
        let batch = try await halfDone(world)
        let changed = Array(World.video.reversed())
        world.library.change(.notes) { $0.contents["1"] = changed }
        #expect(try await world.download(batch).files == 1)
        #expect(world.videoBytes == changed)
        #expect(world.mirror.uploadsBegun == 2)
        #expect(world.mirror.openUploads == 0)
    }

    @Test("a content that changes while it is fetched is never mixed with the old one")
    func changesMeanwhile() async throws {
        let world = World.withVideo()
        let changed = Array(World.video.reversed())
        world.library.setRangeHook { [library = world.library] _, _, number in
            if number == 8 { library.change(.notes) { $0.contents["1"] = changed } }
            return nil
        }
        #expect(try await world.download(world.firstBatch).files == 1)
        #expect(world.videoBytes == changed)
        #expect(world.mirror.openUploads == 0)
        // Seven, the three that find out, and the twenty of the new content: nobody asks for the old one again.
        #expect(world.library.rangesAsked <= 30)
    }

    @Test("an upload that has vanished is begun anew")
    func vanishedUpload() async throws {
        let world = World.withVideo()
        let batch = try await halfDone(world)
        try await world.mirror.abort(try #require(world.record("video.mp4")?.checkpoint?.upload))
        #expect(try await world.download(batch).files == 1)
        #expect(world.videoBytes == World.video)
        #expect(world.mirror.uploadsBegun == 2)
    }

    @Test("a newer version takes the place of one that is half fetched, and its parts go")
    func superseded() async throws {
        let world = World.withVideo()
        _ = try await halfDone(world)
        let newer = Array(World.video.dropLast(7000))
        world.library.write(newer, to: VaultPath("video.mp4"), in: .notes, statesHash: false)
        world.clock.advance(by: .seconds(3600))
        try await world.run(.second)
        #expect(world.videoBytes == newer)
        #expect(world.mirror.openUploads == 0)
        #expect(world.record("video.mp4")?.version == 2)
    }

    @Test("a completion whose answer is lost is found by asking for the object")
    func lostCompletion() async throws {
        let world = World.withVideo()
        let error = SyncError(.storeUnavailable, "")
        world.mirrorFaults.replace { operation, _ in operation == .complete ? .init(error, afterDoing: true) : nil }
        #expect(try await world.download(world.firstBatch).files == 1)
        #expect(world.mirror.writes == 1)
        #expect(world.record("video.mp4")?.status == .completed)
    }

    @Test("a completion that the store refuses throws the upload away")
    func refusedCompletion() async throws {
        let world = World.withVideo()
        let error = SyncError(.corruptContent, "")
        world.mirrorFaults.replace { operation, _ in operation == .complete ? .init(error) : nil }
        #expect(try await world.download(world.firstBatch).failed == 1)
        #expect(world.mirror.objects.isEmpty)
        #expect(world.mirror.openUploads == 0)
        #expect(world.record("video.mp4")?.lastError == "CorruptContent")
        #expect(world.record("video.mp4")?.checkpoint == nil)
    }

    @Test("a file that goes while it is fetched is skipped, and leaves no parts")
    func goes() async throws {
        let world = World.withVideo()
        world.library.setRangeHook { [library = world.library] _, _, number in
            if number == 8 { library.loseContent(of: VaultPath("video.mp4"), in: .notes) }
            return nil
        }
        #expect(try await world.download(world.firstBatch).skipped == 1)
        #expect(world.mirror.openUploads == 0)
        #expect(world.record("video.mp4")?.status == .skipped)
    }

    @Test("a content of another size than was listed is refused")
    func wrongSize() async throws {
        let world = World.withVideo()
        world.library.change(.notes) { $0.contents["1"] = World.video + [1] }
        #expect(try await world.download(world.firstBatch).failed == 1)
        #expect(world.record("video.mp4")?.lastError == "CorruptContent")
        #expect(world.mirror.uploadsBegun == 0)
    }

    @Test("parts that were stored are progress; a call without any says why")
    func progress() async throws {
        let world = World.withVideo()
        let batch = try await world.firstBatch
        let quiet = SyncError(.throttled, "", retryAfter: .seconds(1000))
        world.library.setRangeHook { _, _, number in number > 5 ? .refused(quiet) : nil }
        #expect(try await world.download(batch).status == .partial)
        let error = await #expect(throws: SyncError.self) { try await world.download(batch) }
        #expect(error?.name == .throttled)
        world.library.setRangeHook(nil)
        #expect(try await world.download(batch).files == 1)
        #expect(world.library.rangeBytesSent == 38_500)
    }

    @Test("a file at which the source fails again and again is given up; its parts wait for the next run")
    func givenUp() async throws {
        let world = World.withVideo()
        world.library.setRangeHook { _, _, number in number > 5 ? .reset(after: 100) : nil }
        #expect(try await world.download(world.firstBatch).failed == 1)
        #expect(world.mirror.openUploads == 1)
        let record = try #require(world.record("video.mp4"))
        #expect(record.status == .failed)
        #expect(record.lastError == "SourceUnavailable")
        #expect(record.checkpoint?.checksums.count == 5)
    }

    @Test("a file of which a part is corrupt is given up, and its parts go")
    func corruptPart() async throws {
        let world = World.withVideo()
        world.library.setRangeHook { _, _, number in number > 5 ? .refused(.init(.corruptContent, "")) : nil }
        #expect(try await world.download(world.firstBatch).failed == 1)
        #expect(world.mirror.openUploads == 0)
        let record = try #require(world.record("video.mp4"))
        #expect(record.lastError == "CorruptContent")
        #expect(record.checkpoint == nil)
    }

    @Test("a refused token leaves the parts for the next call")
    func tokenExpires() async throws {
        let world = World.withVideo()
        let batch = try await world.firstBatch
        world.library.setRangeHook { _, _, number in number > 8 ? .refused(.init(.tokenExpired, "")) : nil }
        await #expect(throws: SyncError.self) { try await world.download(batch) }
        let sent = world.library.rangeBytesSent
        #expect(sent > 0)
        world.library.setRangeHook(nil)
        #expect(try await world.download(batch).files == 1)
        #expect(world.mirror.uploadsBegun == 1)
        #expect(world.library.rangeBytesSent <= 38_500 + 3 * 2000)
    }

    @Test(
        "wherever the process is killed, the next call ends with the right object and a true record",
        arguments: 1...32
    )
    func killed(step: Int) async throws {
        for isAfter in [false, true] {
            let world = World.withVideo()
            world.write("a note", to: "note.md")
            let batch = try await world.firstBatch
            let count = Mutex(0)
            let strike: @Sendable () -> (isStruck: Bool, isFirst: Bool) = {
                count.withLock { count in
                    count += 1
                    return (count >= step, count == step)
                }
            }
            world.mirrorFaults.replace { _, _ in
                let (isStruck, isFirst) = strike()
                return isStruck ? .init(Killed(), afterDoing: isAfter && isFirst) : nil
            }
            world.recordFaults.replace { _, _ in
                let (isStruck, isFirst) = strike()
                return isStruck ? .init(Killed(), afterDoing: isAfter && isFirst) : nil
            }
            _ = try? await world.download(batch)
            world.mirrorFaults.replace(with: nil)
            world.recordFaults.replace(with: nil)
            let output = try await world.download(batch)
            #expect(output.status == .complete)
            #expect(output.failed == 0)
            #expect(world.videoBytes == World.video)
            #expect(world.texts.count == 2)
            #expect(world.record("video.mp4")?.status == .completed)
            #expect(world.record("video.mp4")?.crc64nvme == CRC64NVME(of: World.video))
            // An upload that was begun before the record could say so is found by the next run.
            world.clock.advance(by: .seconds(3600))
            let writes = world.mirror.writes
            try await world.run(.second)
            #expect(world.mirror.openUploads == 0)
            #expect(world.mirror.writes == writes)
        }
    }
}
