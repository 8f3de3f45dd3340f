import NIOCore

/// The body of a request, pulled no faster than the connection takes it.
///
/// The library asks its event loop to write a chunk and pulls the next at once; only when the loop has come round to
/// writing does it learn that the connection is full. A source that always has something ready would be read into memory
/// as a whole meanwhile. So after some bytes this one waits until every loop has done what it was asked to do before.
struct PacedBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    typealias Failure = any Error

    let base: any AsyncSequence<ByteBuffer, any Error> & Sendable
    let group: any EventLoopGroup

    func makeAsyncIterator() -> Iterator {
        Iterator(base: base.makeAsyncIterator(), group: group)
    }

    struct Iterator: AsyncIteratorProtocol {
        /// As much as a connection holds back by itself.
        private static let stride = 256 << 10

        var base: any AsyncIteratorProtocol<ByteBuffer, any Error>
        let group: any EventLoopGroup
        private var unpaced = 0

        init(base: any AsyncIteratorProtocol<ByteBuffer, any Error>, group: any EventLoopGroup) {
            self.base = base
            self.group = group
        }

        mutating func next() async throws -> ByteBuffer? {
            if unpaced >= Self.stride {
                unpaced = 0
                for loop in group.makeIterator() { try await loop.submit {}.get() }
            }
            let chunk = try await base.next(isolation: nil)
            unpaced += chunk?.readableBytes ?? 0
            return chunk
        }
    }
}
