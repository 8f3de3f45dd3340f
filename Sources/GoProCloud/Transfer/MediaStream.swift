import HTTPTransport
import NIOCore
import SyncCore

/// A stretch of a body, opened when it is first pulled and again where the connection breaks or the address expires.
struct MediaStream: AsyncSequence, Sendable {
    typealias Element = [UInt8]
    typealias Failure = any Error

    let content: MediaContent
    let range: Range<Int64>

    func makeAsyncIterator() -> Iterator {
        Iterator(content: content, offset: range.lowerBound, end: range.upperBound)
    }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate let content: MediaContent
        fileprivate var offset: Int64
        fileprivate let end: Int64
        private var chunks: (any AsyncIteratorProtocol<ByteBuffer, any Error>)?
        /// What comes before the offset in the body at hand.
        private var before: Int64 = 0
        /// Whether the body at hand goes on behind the end of what was asked for.
        private var goesOn = false
        private var failures = 0
        private var hasStalled = false

        fileprivate init(content: MediaContent, offset: Int64, end: Int64) {
            self.content = content
            self.offset = offset
            self.end = end
        }

        mutating func next() async throws -> [UInt8]? {
            while offset < end {
                if chunks == nil { try await open() }
                do {
                    guard var buffer = try await chunks?.next(isolation: nil) else { throw Self.cut() }
                    if before > 0 {
                        let past = Int(Swift.min(before, Int64(buffer.readableBytes)))
                        buffer.moveReaderIndex(forwardBy: past)
                        before -= Int64(past)
                    }
                    guard buffer.readableBytes > 0 else { continue }
                    return try take(buffer)
                } catch let error as TransportError {
                    chunks = nil
                    let failure = MediaHost.failure(error, "a body from GoPro's media host broke off")
                    // A body that stops coming is asked for once more.
                    let isSecondStall = !failure.isRetryable && hasStalled
                    hasStalled = !failure.isRetryable
                    guard !isSecondStall else { throw failure }
                    try await content.pause(after: &failures, failure)
                }
            }
            return nil
        }

        private mutating func open() async throws {
            let opened = try await content.open(offset..<end, &failures)
            chunks = opened.response.body.makeAsyncIterator()
            before = opened.before
            goesOn = opened.response.status == 200 && end < content.size
        }

        private mutating func take(_ buffer: ByteBuffer) throws -> [UInt8] {
            var bytes = buffer.readableBytesView
            if Int64(bytes.count) > end - offset {
                guard goesOn else { throw SyncError(.corruptContent, "a file is longer than its host announced") }
                bytes = bytes.prefix(Int(end - offset))
            }
            offset += Int64(bytes.count)
            failures = 0
            if offset == end { chunks = nil }
            return Array(bytes)
        }

        /// A body that ends early looks like a whole one; it is a broken connection all the same.
        private static func cut() -> TransportError {
            TransportError(.connectionLost, message: "the body ended before it was complete")
        }
    }
}
