import NIOCore

extension S3 {
    /// A checksum that is known when the last byte of a body has passed.
    package struct TrailingChecksum: Sendable {
        /// Which one.
        package let algorithm: ChecksumAlgorithm
        /// Its value, base64; asked for once, after the last byte.
        package let value: @Sendable () -> String

        /// Makes a checksum.
        package init(_ algorithm: ChecksumAlgorithm, value: @escaping @Sendable () -> String) {
            self.algorithm = algorithm
            self.value = value
        }

        var header: String { "x-amz-checksum-" + algorithm.rawValue.lowercased() }

        /// How many characters the value has.
        var length: Int {
            switch algorithm {
            case .crc32c: 8
            case .crc64nvme: 12
            case .sha256: 44
            }
        }
    }
}

/// A body in S3's chunks, none of them signed, and a checksum after the last one:
///
///     10000\r\n<65,536 bytes>\r\n…0\r\nx-amz-checksum-crc64nvme:<base64>\r\n\r\n
///
/// The bytes are passed on as they come, without being copied: only what frames them is added.
struct ChunkedBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    typealias Failure = any Error

    static let chunkSize: Int64 = 65_536

    let bytes: any AsyncSequence<ByteBuffer, any Error> & Sendable
    /// How many bytes there are.
    let length: Int64
    let trailer: S3.TrailingChecksum

    /// How many bytes they are with everything around them.
    var encodedLength: Int64 {
        let (full, rest) = length.quotientAndRemainder(dividingBy: Self.chunkSize)
        let chunks = full * Self.framed(Self.chunkSize) + (rest > 0 ? Self.framed(rest) : 0)
        return chunks
            + Int64("0\r\n".utf8.count + trailer.header.utf8.count + 1 + trailer.length + "\r\n\r\n".utf8.count)
    }

    private static func framed(_ size: Int64) -> Int64 {
        size + Int64(String(size, radix: 16).utf8.count + 4)
    }

    func makeAsyncIterator() -> Iterator {
        Iterator(base: bytes.makeAsyncIterator(), left: length, trailer: trailer)
    }

    struct Iterator: AsyncIteratorProtocol {
        private var base: any AsyncIteratorProtocol<ByteBuffer, any Error>
        /// Bytes that are not sent yet.
        private var left: Int64
        /// Bytes of the chunk that is open.
        private var open: Int64 = 0
        private var pending = ByteBuffer()
        private let trailer: S3.TrailingChecksum
        private var isAtEnd = false

        fileprivate init(
            base: any AsyncIteratorProtocol<ByteBuffer, any Error>,
            left: Int64,
            trailer: S3.TrailingChecksum
        ) {
            self.base = base
            self.left = left
            self.trailer = trailer
        }

        mutating func next() async throws -> ByteBuffer? {
            if isAtEnd { return nil }
            while pending.readableBytes == 0 {
                guard let following = try await base.next(isolation: nil) else { return end() }
                pending = following
            }
            if open == 0 {
                // More bytes than were announced come without a frame, and are refused for that.
                guard left > 0 else { return pending.readSlice(length: pending.readableBytes) }
                open = Swift.min(left, ChunkedBody.chunkSize)
                var head = ByteBuffer(string: String(open, radix: 16) + "\r\n")
                if pending.readableBytes <= 1024 { append(to: &head) }
                return head
            }
            var piece = ByteBuffer()
            append(to: &piece)
            return piece
        }

        /// Adds what there is of the open chunk, and its end where it ends.
        private mutating func append(to buffer: inout ByteBuffer) {
            let count = Int(Swift.min(open, Int64(pending.readableBytes)))
            guard let slice = pending.readSlice(length: count) else { return }
            open -= Int64(count)
            left -= Int64(count)
            if buffer.readableBytes == 0, open > 0 {
                buffer = slice
            } else {
                buffer.writeImmutableBuffer(slice)
                if open == 0 { buffer.writeString("\r\n") }
            }
        }

        private mutating func end() -> ByteBuffer {
            isAtEnd = true
            return ByteBuffer(string: "0\r\n\(trailer.header):\(trailer.value())\r\n\r\n")
        }
    }
}
