import Checksums
import FoundationEssentials
import NIOCore
import SyncCore

/// The bytes of a part as the body of a request: one buffer for each chunk, none before it is asked for.
struct PartBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    typealias Failure = any Error

    let part: PartStream
    /// Is told of every byte.
    let checksum: RunningChecksum

    func makeAsyncIterator() -> Iterator {
        Iterator(base: part.makeAsyncIterator(), checksum: checksum)
    }

    struct Iterator: AsyncIteratorProtocol {
        var base: PartStream.Iterator
        let checksum: RunningChecksum

        mutating func next() async throws -> ByteBuffer? {
            guard let chunk = try await base.next() else { return nil }
            checksum.update(chunk)
            return ByteBuffer(bytes: chunk)
        }
    }
}

extension CRC64NVME {
    /// The checksum as S3 spells it: base64 of the eight bytes, the highest first.
    var base64: String {
        withUnsafeBytes(of: value.bigEndian) { Data($0) }.base64EncodedString()
    }

    /// Reads S3's spelling; nil for anything else, such as what an emulator without this checksum makes up.
    init?(base64: String) {
        guard let bytes = Data(base64Encoded: base64), bytes.count == 8 else { return nil }
        self.init(bytes.reduce(0) { $0 << 8 | UInt64($1) })
    }
}
