import TestSupport
import TestWorld
import Testing

@testable import Downloading
@testable import SyncCore

@Suite("What the destination holds already")
struct AlreadyThereTests {
    private static let mebibyte = 1 << 20

    /// A world whose mirror holds what another one has stored, and whose records know nothing of it.
    private func adopting(_ files: [String: String], keepsAttributes: Bool = true) async throws -> World {
        let before = World.withNotes(files)
        try await before.run()
        var world = World.withNotes(files)
        for (key, stored) in before.mirror.objects {
            let attributes = keepsAttributes ? stored.attributes : ObjectAttributes(contentType: "text/plain")
            try await world.mirror.put(key, stored.bytes, attributes)
        }
        world.downloading = before.downloading
        return world
    }

    @Test("is recorded, neither fetched nor written, by its stated digest", arguments: [true, false])
    func byDigest(keepsAttributes: Bool) async throws {
        let files = Dictionary(uniqueKeysWithValues: (0..<12).map { ("\($0).md", "text \($0)") })
        let world = try await adopting(files, keepsAttributes: keepsAttributes)
        let writes = world.mirror.writes
        let outcome = try await world.run()
        #expect(outcome.summary?.filesCount == 0)
        #expect(world.library.contentsSent == 0)
        #expect(world.mirror.writes == writes)
        for path in files.keys {
            let record = try #require(world.record(path))
            #expect(record.status == .completed)
            #expect(record.fingerprint == world.mirror.objects[try ObjectKey("Notes/" + path)]?.fingerprint)
            #expect(record.sha256 != nil)
        }
        // What was taken over passes for stored, also where somebody looks closely.
        let complete = try await world.run(.second, #"{"sync_type": "complete"}"#)
        #expect(complete.summary?.metadata["lost"] == "0")
        #expect(complete.summary?.filesCount == 0)
        #expect(world.library.contentsSent == 0)
    }

    @Test("but is another content is fetched, and only that")
    func another() async throws {
        let world = try await adopting(["a.md": "A", "b.md": "B", "c.md": "C"], keepsAttributes: false)
        try await world.mirror.put(ObjectKey("Notes/b.md"), Array("X".utf8), ObjectAttributes(contentType: ""))
        try await world.mirror.delete([ObjectKey("Notes/c.md")])
        #expect(try await world.run().summary?.filesCount == 2)
        #expect(world.library.contentsSent == 2)
        #expect(world.texts == ["Notes/a.md": "A", "Notes/b.md": "B", "Notes/c.md": "C"])
    }

    @Test("is asked for nowhere in the first run into an empty place, nor once a run is committed")
    func costsNothing() async throws {
        let world = World.withNotes(["a.md": "A", "b.md": "B"])
        try await world.run()
        #expect(world.mirrorFaults.count(of: .head) == 0)
        #expect(world.mirrorFaults.count(of: .list) == 1)
        world.write("C", to: "c.md")
        try await world.run(.second)
        #expect(world.mirrorFaults.count(of: .head) == 0)
        #expect(world.mirrorFaults.count(of: .list) == 1)
    }

    /// A vault with one large file whose digest nobody states, and the same bytes at its destination, changed at some offsets.
    private func sampled(_ size: Int, changedAt offsets: [Int]) async throws -> World {
        var world = World.withNotes()
        world.downloading.upload = UploadSettings(multipartThreshold: 5 << 20, partSize: 5 << 20)
        var bytes = [UInt8].varied(size)
        world.library.write(bytes, to: VaultPath("large.mp4"), in: .notes, statesHash: false)
        world.library.setFaults { $0.givesRanges = true }
        for offset in offsets { bytes[offset] ^= 1 }
        try await world.mirror.put(ObjectKey("Notes/large.mp4"), bytes, ObjectAttributes(contentType: ""))
        return world
    }

    @Test("is known by its size and three samples, where no digest is stated", arguments: [1, 3 << 20, 7 << 20])
    func bySamples(size: Int) async throws {
        let world = try await sampled(size, changedAt: [])
        #expect(try await world.run().summary?.filesCount == 0)
        #expect(world.mirror.writes == 1)
        let record = try #require(world.record("large.mp4"))
        #expect((record.status, record.size) == (.completed, Int64(size)))
        #expect(record.crc64nvme != nil || record.sha256 != nil)
        #expect(try await world.run(.second, #"{"sync_type": "complete"}"#).summary?.filesCount == 0)
    }

    @Test("is fetched where a sample is another", arguments: [0, 3 << 20 + 1 << 19, 7 << 20 - 1])
    func otherSample(offset: Int) async throws {
        let world = try await sampled(7 << 20, changedAt: [min(offset, 7 << 20 - 1)])
        #expect(try await world.run().summary?.filesCount == 1)
        #expect(world.record("large.mp4")?.status == .completed)
    }

    @Test(
        "samples lie within the file, and do not overlap",
        arguments: [0, 1, 3 << 20, 3 << 20 + 1, 12 << 30] as [Int64]
    )
    func samples(size: Int64) {
        let samples = AlreadyThere.samples(of: size)
        #expect(samples.allSatisfy { $0.lowerBound >= 0 && $0.upperBound <= size })
        #expect(zip(samples, samples.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound })
        #expect(samples.reduce(0) { $0 + $1.upperBound - $1.lowerBound } == min(size, 3 << 20))
    }
}
