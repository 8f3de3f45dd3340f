package import NIOCore
package import NIOHTTP1

/// The head of a response, and its body to be pulled.
package struct HTTPResponse: Sendable {
    /// The status code, such as 200.
    package var status: Int
    /// The header fields as received.
    package var headers: HTTPHeaders
    /// The body, read from the connection as it is iterated. It can be iterated once.
    package var body: any AsyncSequence<ByteBuffer, any Error> & Sendable

    /// Makes a response; tests make them from memory.
    package init(
        status: Int,
        headers: HTTPHeaders = [:],
        body: any AsyncSequence<ByteBuffer, any Error> & Sendable = BufferedBody(ByteBuffer())
    ) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Reads the whole body into memory.
    ///
    /// - Parameter limit: the most bytes that are accepted.
    /// - Returns: everything that was left of the body.
    /// - Throws: ``TransportError/Code/bodyTooLarge`` as soon as there are more.
    package func collect(upTo limit: Int) async throws -> ByteBuffer {
        var collected = ByteBuffer()
        for try await chunk in body {
            guard collected.readableBytes + chunk.readableBytes <= limit else {
                throw TransportError(.bodyTooLarge, message: "the answer is larger than \(limit) bytes")
            }
            collected.writeImmutableBuffer(chunk)
        }
        return collected
    }
}

/// A body that is in memory already: one chunk.
package struct BufferedBody: AsyncSequence, Sendable {
    package typealias Element = ByteBuffer
    package typealias Failure = any Error

    private let buffer: ByteBuffer

    /// Makes a body of one chunk, or of none when the buffer is empty.
    package init(_ buffer: ByteBuffer) {
        self.buffer = buffer
    }

    package func makeAsyncIterator() -> Iterator {
        Iterator(buffer: buffer.readableBytes > 0 ? buffer : nil)
    }

    /// Gives the chunk once.
    package struct Iterator: AsyncIteratorProtocol {
        fileprivate var buffer: ByteBuffer?

        package mutating func next() async throws -> ByteBuffer? {
            defer { buffer = nil }
            return buffer
        }
    }
}
