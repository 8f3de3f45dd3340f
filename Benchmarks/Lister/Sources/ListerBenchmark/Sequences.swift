import Foundation
import SyncCore

/// The bytes of a file, 256 KiB at a time.
struct FileBytes: AsyncSequence, Sendable {
    typealias Element = [UInt8]
    typealias Failure = any Error

    let url: URL

    func makeAsyncIterator() -> Iterator {
        Iterator(url: url)
    }

    struct Iterator: AsyncIteratorProtocol {
        private static let chunkSize = 256 << 10
        let url: URL
        private var handle: FileHandle?

        init(url: URL) {
            self.url = url
        }

        mutating func next() async throws -> [UInt8]? {
            let open = try handle ?? FileHandle(forReadingFrom: url)
            handle = open
            let chunk = [UInt8](unsafeUninitializedCapacity: Self.chunkSize) { buffer, count in
                count = Swift.max(0, read(open.fileDescriptor, buffer.baseAddress, buffer.count))
            }
            return chunk.isEmpty ? nil : chunk
        }
    }
}

/// The records of a file, a page at a time, as a store gives them.
struct RecordFile: AsyncSequence, Sendable {
    typealias Element = [FileRecord]
    typealias Failure = any Error

    let url: URL

    func makeAsyncIterator() -> Iterator {
        Iterator(reader: JSONLinesReader(FileBytes(url: url)))
    }

    struct Iterator: AsyncIteratorProtocol {
        var reader: JSONLinesReader<FileRecord>

        mutating func next() async throws -> [FileRecord]? {
            let page = try await reader.next(upTo: 4000)
            return page.isEmpty ? nil : page
        }
    }
}
