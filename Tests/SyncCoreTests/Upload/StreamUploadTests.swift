import Clocks
import Synchronization
import TestSupport
import Testing

@testable import SyncCore

@Suite("Storing a stream")
struct StreamUploadTests {
    private static let threshold = 5 << 20
    private let settings = UploadSettings(multipartThreshold: threshold, partSize: threshold, partsInFlight: 2)
    private let attributes = ObjectAttributes(contentType: "video/mp4")

    private func store(
        _ size: Int,
        into store: any ObjectStore,
        verify: (Int64) throws -> Void = { _ in },
        failing: (any Error)? = nil
    ) async throws -> Int64 {
        let bytes = [UInt8](repeating: 3, count: size)
        var chunks = Replay(bytes, chunkSize: 1_000_003, failure: failing).makeAsyncIterator()
        return try await StreamUpload(into: store, settings).store(
            as: (try ObjectKey("a.mp4"), attributes),
            verify: verify,
            pull: { try await chunks.next() }
        ).size
    }

    @Test(
        "up to the threshold one request is enough",
        arguments: [(0, 0), (1, 0), (threshold, 0), (threshold + 1, 1), (2 * threshold, 1), (3 * threshold + 7, 1)]
    )
    func thresholds(size: Int, uploads: Int) async throws {
        let memory = MemoryObjectStore()
        #expect(try await store(size, into: memory) == Int64(size))
        #expect(memory.uploadsBegun == uploads)
        #expect(memory.openUploads == 0)
        let stored = try #require(memory.objects.values.first)
        #expect(stored.bytes.count == size)
        #expect(stored.attributes == attributes)
    }

    @Test("what is refused after the last byte is never shown", arguments: [10, 2 * threshold])
    func refused(size: Int) async throws {
        let memory = MemoryObjectStore()
        let seen = Mutex<Int64>(0)
        await #expect(throws: SyncError.self) {
            try await store(size, into: memory) { size in
                seen.withLock { $0 = size }
                throw SyncError(.corruptContent, "no")
            }
        }
        #expect(seen.withLock { $0 } == Int64(size))
        #expect(memory.objects.isEmpty)
        #expect(memory.openUploads == 0)
    }

    @Test("a stream that breaks off shows nothing and leaves no parts", arguments: [10, 2 * threshold])
    func broken(size: Int) async throws {
        let memory = MemoryObjectStore()
        let error = SyncError(.sourceUnavailable, "broke")
        await #expect(throws: SyncError.self) { try await store(size, into: memory, failing: error) }
        #expect(memory.objects.isEmpty)
        #expect(memory.openUploads == 0)
    }

    @Test(
        "a part or a completion that fails throws the upload away",
        arguments: [FaultyObjectStore.Operation.putPart, .complete]
    )
    func storeFails(operation: FaultyObjectStore.Operation) async throws {
        let memory = MemoryObjectStore()
        let faulty = FaultyObjectStore(memory, fail: Faults(operation, 1, SyncError(.storeUnavailable, "no")))
        await #expect(throws: SyncError.self) { try await store(3 * Self.threshold, into: faulty) }
        #expect(memory.objects.isEmpty)
        #expect(memory.openUploads == 0)
    }

    @Test("the source is pulled no faster than parts are stored")
    func backpressure() async throws {
        let gated = GatedStore()
        let pulled = Mutex(0)
        let upload = StreamUpload(into: gated, settings)
        let chunk = [UInt8](repeating: 1, count: Self.threshold)
        _ = try await upload.store(as: (try ObjectKey("a.mp4"), attributes)) {
            let number = pulled.withLock { count in
                count += 1
                return count
            }
            // Two parts on their way, one being cut, and what the cutting has read ahead.
            #expect(number - gated.stored <= 5)
            return number <= 12 ? chunk : nil
        }
        #expect(gated.stored == 12)
        #expect(gated.mostAtOnce <= 2)
    }

    @Test("a stream that turns out to need more than 10,000 parts is refused, and leaves none")
    func tooManyParts() async throws {
        let memory = MemoryObjectStore()
        var tiny = settings
        (tiny.multipartThreshold, tiny.partSize) = (0, 1)
        var pulled = 0
        let error = await #expect(throws: SyncError.self) {
            _ = try await StreamUpload(into: memory, tiny).store(as: (try ObjectKey("a.mp4"), attributes)) {
                pulled += 1
                return pulled <= 10_001 ? [1] : nil
            }
        }
        #expect(error?.name == .tooLarge)
        #expect(memory.objects.isEmpty)
        #expect(memory.openUploads == 0)
    }

    @Test("part sizes are raised to what S3 takes, and grow so that 10,000 parts are enough")
    func partSizes() {
        let settings = UploadSettings(multipartThreshold: 1, partSize: 1, partsInFlight: 0)
        #expect(settings.partSize == 5 << 20)
        #expect(settings.multipartThreshold == 5 << 20)
        #expect(settings.partsInFlight == 1)
        #expect(settings.partSize(for: nil) == 5 << 20)
        #expect(settings.partSize(for: 1 << 30) == 5 << 20)
        let large: Int64 = 1 << 40
        let size = settings.partSize(for: large)
        #expect(Int64(size) * 10_000 >= large)
        #expect(Int64(size - 1) * 10_000 < large)
        #expect(settings.partSize(for: (5 << 30) * 10_000) == UploadSettings.largestPart)
    }

    @Test(
        "parts that have to be held fit into the memory that they may take",
        arguments: [
            (partSize: 8, parallel: 4, limit: 32, size: 8, inFlight: 3), (8, 4, 10, 5, 1), (1024, 4, 32, 16, 1),
            (8, 2, 256, 8, 2),
        ]
    )
    func bufferedParts(mebibytes: (partSize: Int, parallel: Int, limit: Int, size: Int, inFlight: Int)) {
        let settings = UploadSettings(
            partSize: mebibytes.partSize << 20,
            partsInFlight: mebibytes.parallel,
            bufferLimit: mebibytes.limit << 20
        )
        let parts = settings.bufferedParts(for: nil)
        #expect((parts.size, parts.inFlight) == (mebibytes.size << 20, mebibytes.inFlight))
        #expect(parts.size * (parts.inFlight + 1) <= mebibytes.limit << 20)
    }

    @Test("a plan's parts are adjacent and cover everything", arguments: [1, 1999, 2000, 2001, 38_500] as [Int64])
    func plan(size: Int64) {
        let plan = PartPlan(size: size, partSize: 2000)
        let ranges = (1...plan.count).map(plan.range)
        #expect(ranges.first?.lowerBound == 0)
        #expect(ranges.last?.upperBound == size)
        #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
        #expect(ranges.dropLast().allSatisfy { $0.count == 2000 })
    }
}

/// Counts parts that are being stored at once.
private final class GatedStore: ObjectStore {
    private let base = MemoryObjectStore()
    private let counts = Mutex((stored: 0, now: 0, most: 0))

    var stored: Int { counts.withLock { $0.stored } }
    var mostAtOnce: Int { counts.withLock { $0.most } }

    func putPart(_ number: Int, _ bytes: [UInt8], of upload: MultipartUpload) async throws -> UploadedPart {
        counts.withLock { counts in
            counts.now += 1
            counts.most = max(counts.most, counts.now)
        }
        for _ in 0..<20 { await Task.yield() }
        let part = try await base.putPart(number, bytes, of: upload)
        counts.withLock { counts in
            counts.now -= 1
            counts.stored += 1
        }
        return part
    }

    func putPart(
        _ number: Int,
        _ stream: ByteStream,
        size: Int64,
        of upload: MultipartUpload
    ) async throws -> UploadedPart {
        try await base.putPart(number, stream, size: size, of: upload)
    }

    func storedParts(of upload: MultipartUpload) async throws -> [UploadedPart]? {
        try await base.storedParts(of: upload)
    }

    func openUploads(below folder: String, begunBefore moment: Timestamp) async throws -> [MultipartUpload] {
        try await base.openUploads(below: folder, begunBefore: moment)
    }

    func put(_ key: ObjectKey, _ bytes: [UInt8], _ attributes: ObjectAttributes) async throws -> StoredObject {
        try await base.put(key, bytes, attributes)
    }

    func beginUpload(
        _ key: ObjectKey,
        _ attributes: ObjectAttributes,
        partSize: Int
    ) async throws -> MultipartUpload {
        try await base.beginUpload(key, attributes, partSize: partSize)
    }

    func complete(_ upload: MultipartUpload, parts: [UploadedPart]) async throws -> StoredObject {
        try await base.complete(upload, parts: parts)
    }

    func abort(_ upload: MultipartUpload) async throws { try await base.abort(upload) }

    func read(_ key: ObjectKey, from offset: Int64) async throws -> ByteStream? {
        try await base.read(key, from: offset)
    }

    func head(_ key: ObjectKey) async throws -> ObjectSummary? { try await base.head(key) }

    func copy(
        from source: ObjectKey,
        to destination: ObjectKey,
        _ attributes: ObjectAttributes
    ) async throws -> StoredObject? {
        try await base.copy(from: source, to: destination, attributes)
    }

    func list(_ prefix: String, after key: String?) -> any AsyncSequence<[ListedObject], any Error> & Sendable {
        base.list(prefix, after: key)
    }

    func delete(_ keys: [ObjectKey]) async throws -> [ObjectKey: SyncError] { try await base.delete(keys) }
}
