import Clocks
import Synchronization
import TestSupport
import TestWorld
import Testing

@testable import Downloading
@testable import Listing
@testable import SyncCore

@Suite("A batch of the downloader")
struct DownloadBatchTests {
    /// Lists everything and gives the first batch.
    private func firstBatch(_ world: World, run: RunID = .first) async throws -> BatchReference {
        _ = try await world.authenticate("{}".asEvent)
        let output = try await world.list(ListInput(run: run, request: SyncRequest()))
        return try #require(output.batches.first)
    }

    private func receipt(_ world: World, _ number: Int = 1) async throws -> Receipt? {
        var receipts = world.records.receipts(of: .first, in: .notes, from: number).makeAsyncIterator()
        return try await receipts.next(isolation: nil)
    }

    private static let large = [UInt8](repeating: 7, count: (5 << 20) + 300_000)

    private func worldWithLargeFile(besides notes: [String: String] = ["a.md": "A"]) -> World {
        var world = World.withNotes(notes)
        world.downloading.upload = UploadSettings(multipartThreshold: 5 << 20, partSize: 5 << 20)
        world.library.write(Self.large, to: VaultPath("large.mp4"), in: .notes)
        return world
    }

    @Test("small files are stored with one request, and what is known goes with them")
    func smallFiles() async throws {
        let world = World.withNotes(["a.md": "A", "empty.md": "", "sub/\u{E9}.png": "P"])
        let output = try await world.download(firstBatch(world))
        #expect(output == DownloadOutput(status: .complete, files: 3, bytes: 2, failed: 0, skipped: 0))
        #expect(world.texts == ["Notes/a.md": "A", "Notes/empty.md": "", "Notes/sub/\u{E9}.png": "P"])
        #expect(world.mirror.uploadsBegun == 0)
        let stored = try #require(world.mirror.objects[ObjectKey("Notes/sub/\u{E9}.png")])
        #expect(stored.attributes.contentType == "image/png")
        #expect(stored.attributes.sha256 == FingerprintHasher.digest(Array("P".utf8)))
        #expect(stored.attributes.sourceVersion == "3")
        #expect(stored.attributes.mtime == Timestamp(milliseconds: 1_700_000_000_003))
        #expect(stored.attributes.path == VaultPath("sub/\u{E9}.png"))
        #expect(stored.attributes.tags == ["provider": "fake", "vault": "notes-id"])
        let record = try #require(world.record("a.md"))
        #expect(record.status == .completed)
        #expect(record.lastSynced == world.clock.now)
        #expect(record.firstSynced == world.clock.now)
        #expect(record.attempts == 1)
        #expect(record.fingerprint == world.mirror.objects[try ObjectKey("Notes/a.md")]?.fingerprint)
        #expect(try await receipt(world)?.files == 3)
        #expect(try await receipt(world)?.error == nil)
    }

    @Test("a large file is stored in parts")
    func largeFile() async throws {
        let world = worldWithLargeFile()
        let output = try await world.download(firstBatch(world))
        #expect(output.files == 2)
        #expect(world.mirror.uploadsBegun == 1)
        #expect(world.mirror.openUploads == 0)
        let stored = try #require(world.mirror.objects[ObjectKey("Notes/large.mp4")])
        #expect(stored.bytes == Self.large)
        #expect(world.record("large.mp4")?.fingerprint == stored.fingerprint)
        #expect(world.record("large.mp4")?.size == Int64(Self.large.count))
    }

    @Test("files whose size nobody announces are stored all the same")
    func unannouncedSize() async throws {
        let world = World.withNotes(["a.md": "A"])
        world.library.setFaults { $0.announcesSizes = false }
        _ = try await world.download(firstBatch(world))
        #expect(world.texts == ["Notes/a.md": "A"])
        #expect(world.record("a.md")?.status == .completed)
    }

    @Test("what is not what was announced is never shown", arguments: ["B", "longer", ""])
    func corrupt(sent: String) async throws {
        let world = World.withNotes(["a.md": "A", "b.md": "C"])
        world.library.setFaults { $0.corruptions[VaultPath("b.md")] = Array(sent.utf8) }
        let output = try await world.download(firstBatch(world))
        #expect(output == DownloadOutput(status: .complete, files: 1, bytes: 1, failed: 1, skipped: 0))
        #expect(world.texts == ["Notes/a.md": "A"])
        #expect(world.record("b.md")?.status == .failed)
        #expect(world.record("b.md")?.lastError == "CorruptContent")
        #expect(try await receipt(world)?.failures == [.init(path: VaultPath("b.md"), error: "CorruptContent")])
    }

    @Test("a large file that is corrupt or breaks off shows nothing and leaves no parts", arguments: [true, false])
    func corruptLargeFile(breaks: Bool) async throws {
        let world = worldWithLargeFile()
        world.library.setFaults { faults in
            if breaks {
                faults.breaks[VaultPath("large.mp4")] = 100
            } else {
                faults.corruptions[VaultPath("large.mp4")] = Self.large.dropLast() + [8]
            }
        }
        let output = try await world.download(firstBatch(world))
        #expect(output.failed == 1)
        #expect(world.texts == ["Notes/a.md": "A"])
        #expect(world.mirror.openUploads == 0)
        #expect(world.record("large.mp4")?.status == .failed)
    }

    @Test("a file that is gone at the source is skipped")
    func gone() async throws {
        let world = World.withNotes(["a.md": "A", "gone.md": "G"])
        world.library.loseContent(of: VaultPath("gone.md"), in: .notes)
        let output = try await world.download(firstBatch(world))
        #expect(output == DownloadOutput(status: .complete, files: 1, bytes: 1, failed: 0, skipped: 1))
        #expect(world.record("gone.md")?.status == .skipped)
        #expect(world.record("gone.md")?.lastError == "SourceGone")
        #expect(world.record("gone.md")?.pendingSince == world.clock.now)
    }

    @Test("a repeated call fetches and writes nothing, and answers the same")
    func repeated() async throws {
        let world = World.withNotes(["a.md": "A", "b.md": "B", "../c.md": "C"])
        let batch = try await firstBatch(world)
        let first = try await world.download(batch)
        let (sent, writes, records) = (world.library.contentsSent, world.mirror.writes, world.records.files(of: .notes))
        #expect(try await world.download(batch) == first)
        #expect(world.library.contentsSent == sent)
        #expect(world.mirror.writes == writes)
        #expect(world.records.files(of: .notes) == records)
    }

    @Test("a large object that was stored but lost its record is found by asking the store")
    func lostRecord() async throws {
        let world = worldWithLargeFile(besides: [:])
        let batch = try await firstBatch(world)
        // The notes that the transfer begins, and with which upload, are written; that of its end is not.
        world.recordFaults.replace { operation, number in
            operation == .saveRecord && number > 2 ? .init(SyncError(.storeUnavailable, "no")) : nil
        }
        await #expect(throws: SyncError.self) { try await world.download(batch) }
        #expect(world.record("large.mp4")?.status != .completed)
        world.recordFaults.replace(with: nil)
        let begun = world.mirror.uploadsBegun
        let output = try await world.download(batch)
        #expect(output.files == 1)
        #expect(begun == 1)
        #expect(world.mirror.uploadsBegun == begun)
        #expect(world.record("large.mp4")?.status == .completed)
    }

    @Test("a small object that was stored but lost its record is stored again, as it was")
    func lostRecordOfSmallFile() async throws {
        let world = World.withNotes(["a.md": "A"])
        let batch = try await firstBatch(world)
        world.recordFaults.replace { operation, number in
            operation == .saveRecord ? .init(SyncError(.storeUnavailable, "no")) : nil
        }
        await #expect(throws: SyncError.self) { try await world.download(batch) }
        #expect(world.record("a.md") == nil)
        let stored = world.mirror.objects
        world.recordFaults.replace(with: nil)
        #expect(try await world.download(batch).files == 1)
        #expect(world.mirror.objects.mapValues(\.bytes) == stored.mapValues(\.bytes))
        #expect(world.mirror.objects.mapValues(\.attributes) == stored.mapValues(\.attributes))
        #expect(world.record("a.md")?.status == .completed)
    }

    @Test("a session that breaks is opened again, and goes on at the file where it broke")
    func brokenSession() async throws {
        let world = World.withNotes(["a.md": "A", "b.md": "BB", "c.md": "C"])
        world.library.setFaults { $0.breaks[VaultPath("b.md")] = 1 }
        let batch = try await firstBatch(world)
        let sessions = world.library.sessions
        let output = try await world.download(batch)
        #expect(output.files == 3)
        #expect(world.library.sessions == sessions + 2)
        #expect(world.library.contentsSent == 3)
        // Half of the first wait of a second, as the jitter has it.
        #expect(InstantClock.start.duration(to: world.clock.now) == .milliseconds(500))
    }

    @Test("a file at which sessions break again and again is given up, and the others arrive")
    func poisonedFile() async throws {
        let world = World.withNotes(["a.md": "A", "bad.md": "BB", "c.md": "C", "d.md": "D"])
        world.library.setFaults { $0.breaks[VaultPath("bad.md")] = 100 }
        let output = try await world.download(firstBatch(world))
        #expect(output == DownloadOutput(status: .complete, files: 3, bytes: 3, failed: 1, skipped: 0))
        #expect(world.record("bad.md")?.lastError == "SourceUnavailable")
        #expect(world.texts.count == 3)
    }

    @Test("a deadline leaves a partial batch, which the next call finishes")
    func deadline() async throws {
        let world = World.withNotes(["a.md": "A", "b.md": "B", "c.md": "C"])
        let batch = try await firstBatch(world)
        world.library.setBeforeContent { [clock = world.clock] _ in clock.advance(by: .seconds(100)) }
        let first = try await world.download(batch, deadline: world.clock.now.advanced(by: .seconds(150)))
        #expect(first.status == .partial)
        #expect(first.files == 2)
        #expect(try await receipt(world) == nil)
        let second = try await world.download(batch)
        #expect(second == DownloadOutput(status: .complete, files: 3, bytes: 3, failed: 0, skipped: 0))
        #expect(world.library.contentsSent == 3)
        #expect(try await receipt(world)?.files == 3)
    }

    @Test("the request's own limit of time is a deadline too")
    func timeoutMinutes() async throws {
        let world = World.withNotes(["a.md": "A", "b.md": "B"])
        let batch = try await firstBatch(world)
        world.library.setBeforeContent { [clock = world.clock] _ in clock.advance(by: .seconds(61)) }
        var request = SyncRequest()
        request.options.timeoutMinutes = 1
        #expect(try await world.download(batch, request).status == .partial)
    }

    @Test("a file that the store does not take fails alone")
    func storeFailsForOneFile() async throws {
        let world = World.withNotes(["a.md": "A", "b.md": "B", "c.md": "C"])
        world.mirrorFaults.replace { operation, number in
            operation == .put && number == 2 ? .init(SyncError(.storeUnavailable, "no")) : nil
        }
        let output = try await world.download(firstBatch(world))
        #expect(output == DownloadOutput(status: .complete, files: 2, bytes: 2, failed: 1, skipped: 0))
        #expect(world.record("b.md")?.lastError == "StoreUnavailable")
    }

    @Test("a refused token ends the batch, and the receipt says so")
    func tokenExpired() async throws {
        let world = World.withNotes(["a.md": "A", "b.md": "B"])
        let batch = try await firstBatch(world)
        world.library.setFaults { $0.contentsUntilTokenExpires = 1 }
        let error = await #expect(throws: SyncError.self) { try await world.download(batch) }
        #expect(error?.name == .tokenExpired)
        #expect(try await receipt(world)?.error == "TokenExpired")
    }

    @Test("a newer version that is known is neither fetched over nor written over")
    func neverOverNewer() async throws {
        let world = World.withNotes(["a.md": "A"])
        let batch = try await firstBatch(world)
        world.write("newer", to: "a.md")
        try await world.run()
        #expect(world.texts == ["Notes/a.md": "A"])
        try await world.run(.second)
        let writes = world.mirror.writes
        let output = try await world.download(batch, of: .third)
        #expect(output == DownloadOutput(status: .complete, files: 0, bytes: 0, failed: 0, skipped: 0))
        #expect(world.texts == ["Notes/a.md": "newer"])
        #expect(world.mirror.writes == writes)
    }

    @Test("a newer version that appears during the fetch is not written over", arguments: [false, true])
    func newerAppears(isLarge: Bool) async throws {
        let world = worldWithLargeFile()
        let path = VaultPath(isLarge ? "large.mp4" : "a.md")
        try await world.run(.second)
        let older: [UInt8] = isLarge ? Self.large + [1] : [1]
        world.library.write(older, to: path, in: .notes)
        let batch = try await firstBatch(world)
        let before = world.mirror.objects
        world.library.setBeforeContent { [records = world.records] entry in
            guard entry.path == path else { return }
            var newer = entry
            newer.version += 1
            let author = FileRecord.Author(run: .third, epoch: "epoch-1@here", now: InstantClock.start)
            try await records.save(FileRecord(newer, status: .completed, author: author, previous: nil), in: .notes)
        }
        let output = try await world.download(batch)
        #expect(output.status == .complete)
        #expect(output.files == 0)
        #expect(output.failed == 0)
        #expect(world.mirror.objects == before)
        #expect(world.record(path.rawValue)?.run == .third)
    }

    @Test("a batch that has vanished after another run has mirrored the vault is not waited for")
    func removedBatch() async throws {
        let world = World.withNotes(["a.md": "A"])
        let batch = try await firstBatch(world)
        try await world.records.releaseLease(of: .first, on: .notes)
        try await world.run(.second)
        try await world.state.delete([batch.key])
        let output = try await world.download(batch)
        #expect(output == DownloadOutput(status: .complete, files: 0, bytes: 0, failed: 0, skipped: 0))
        #expect(world.texts == ["Notes/a.md": "A"])
    }

    @Test("a batch that has vanished is an error of the store")
    func vanishedBatch() async throws {
        let world = World.withNotes(["a.md": "A"])
        let batch = try await firstBatch(world)
        try await world.state.delete([batch.key])
        let error = await #expect(throws: SyncError.self) { try await world.download(batch) }
        #expect(error?.name == .storeUnavailable)
    }

    @Test("storing overlaps with fetching, within the bound")
    func overlap() async throws {
        var world = World.withNotes()
        world.downloading.storesInFlight = 4
        for number in 1...50 { world.write("text \(number)", to: "\(number).md") }
        let output = try await world.download(firstBatch(world))
        #expect(output.files == 50)
        #expect(world.texts.count == 50)
    }

    @Test("a receipt renews the lease")
    func renewsLease() async throws {
        let world = World.withNotes(["a.md": "A"])
        let batch = try await firstBatch(world)
        world.clock.advance(by: .seconds(600))
        _ = try await world.download(batch)
        #expect(world.records.lease(on: .notes)?.expires == world.clock.now.advanced(by: Lease.lifetime))
    }
}
