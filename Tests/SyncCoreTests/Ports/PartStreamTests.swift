import Checksums
import TestSupport
import Testing

@testable import SyncCore

@Suite("The bytes of a part on their way")
struct PartStreamTests {
    private func passed(_ chunks: [[UInt8]], size: Int64, failure: (any Error)? = nil) async -> (PartStream, [UInt8]) {
        let bytes = chunks.flatMap { $0 }
        let base: ByteStream =
            failure.map { Replay(bytes[...], chunkSize: 2, failure: $0) } ?? Replay(chunks)
        let stream = PartStream(base, size: size)
        var seen: [UInt8] = []
        do {
            for try await chunk in stream { seen += chunk }
        } catch {
            // Kept in the stream, which is what the tests look at.
        }
        return (stream, seen)
    }

    @Test("are counted, and their checksum is taken")
    func whole() async throws {
        let (stream, seen) = await passed([[1, 2], [3]], size: 3)
        let part = try stream.finish(number: 4, etag: "mark")
        #expect(seen == [1, 2, 3])
        #expect((part.number, part.size, part.checksum) == (4, 3, CRC64NVME(of: [1, 2, 3])))
        #expect(stream.failure == nil)
    }

    @Test("too few or too many are no part, and the last ones of too many are never given on")
    func wrongSize() async {
        let (short, _) = await passed([[1, 2]], size: 3)
        #expect(throws: SyncError.self) { try short.finish(number: 1, etag: "") }
        let (long, seen) = await passed([[1, 2], [3], [4]], size: 3)
        #expect(throws: SyncError.self) { try long.finish(number: 1, etag: "") }
        #expect(seen.count < 3)
        #expect((long.failure as? SyncError)?.name == .sourceUnavailable)
    }

    @Test("what the source throws is kept")
    func failure() async {
        let (stream, _) = await passed([[1, 2]], size: 4, failure: SyncError(.throttled, "slower"))
        #expect((stream.failure as? SyncError)?.name == .throttled)
        #expect(throws: SyncError.self) { try stream.finish(number: 1, etag: "") }
    }
}
