import AWSClient
import NIOCore
import SyncCore

/// The bytes of an object, a block a request.
///
/// Between two blocks no answer is open: whoever reads slowly holds no connection, and none breaks meanwhile because it is
/// silent. Every block is of the version that the first one was of.
struct S3Blocks: AsyncSequence, Sendable {
    typealias Element = [UInt8]
    typealias Failure = any Error

    private let first: Iterator

    /// Fetches the first block.
    ///
    /// - Parameters:
    ///   - object: what is read: service, bucket, full key, and the bytes of a block.
    ///   - offset: where to begin.
    /// - Throws: ``AWSError``: `NoSuchKey` when there is no such object.
    init(_ object: Object, from offset: Int64) async throws {
        var first = Iterator(object: object, offset: offset)
        try await first.fetch()
        self.first = first
    }

    func makeAsyncIterator() -> Iterator { first }

    /// An object, and how it is read.
    struct Object: Sendable {
        let s3: S3
        let bucket: String
        let key: String
        var versionId: String?
        let blockSize: Int
    }

    struct Iterator: AsyncIteratorProtocol {
        private static let attempts = 3

        private let object: Object
        private var offset: Int64
        private var eTag: String?
        /// The block that was fetched and not given yet.
        private var block: [UInt8] = []
        private var isAtEnd = false

        fileprivate init(object: Object, offset: Int64) {
            self.object = object
            self.offset = offset
        }

        mutating func next() async throws -> [UInt8]? {
            if block.isEmpty, !isAtEnd { try await mappingErrors { try await fetch() } }
            if block.isEmpty { return nil }
            defer { block = [] }
            return block
        }

        /// Fetches the next block. One that is shorter than asked for is the last one.
        fileprivate mutating func fetch() async throws {
            let range = "bytes=\(offset)-\(offset + Int64(object.blockSize) - 1)"
            do {
                block = try await body(of: range)
            } catch let error as AWSError where error.code == .invalidRange {
                block = []
            }
            offset += Int64(block.count)
            isAtEnd = block.count < object.blockSize
        }

        /// The bytes of one answer. The client repeats requests that get none; one that breaks off is asked for again here.
        private mutating func body(of range: String) async throws -> [UInt8] {
            var attempt = 1
            while true {
                let output = try await object.s3.getObject(
                    .init(
                        bucket: object.bucket,
                        ifMatch: eTag,
                        key: object.key,
                        range: range,
                        versionId: object.versionId
                    )
                )
                eTag = output.eTag
                do {
                    return Array(try await output.body.collect(upTo: object.blockSize).readableBytesView)
                } catch {
                    guard attempt < Self.attempts, !Task.isCancelled else { throw error }
                    attempt += 1
                }
            }
        }
    }
}
