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
        )
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

    @Test("a part or a completion that fails throws the upload away", arguments: [FaultyObjectStore.Operation.putPart, .complete])
    func storeFails(operation: FaultyObjectStore.Operation) async throws {
        let memory = MemoryObjectStore()
        let faulty = FaultyObjectStore(memory, fail: Faults(operation, 1, SyncError(.storeUnavailable, "no")))
        await #expect(throws: SyncError.self) { try await store(3 * Self.threshold, into: faulty) }
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
    }
}
