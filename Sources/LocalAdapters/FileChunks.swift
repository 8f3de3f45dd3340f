import Foundation
import NIOPosix
import SyncCore

/// The bytes of a file from an offset on, a chunk a pull. The file is open only while a chunk is read.
struct FileChunks: AsyncSequence, Sendable {
    typealias Element = [UInt8]
    typealias Failure = any Error

    let path: String
    let offset: Int64

    func makeAsyncIterator() -> Iterator {
        Iterator(path: path, offset: offset)
    }

    struct Iterator: AsyncIteratorProtocol {
        private static let chunkSize = 256 << 10
        let path: String
        var offset: Int64

        mutating func next() async throws -> [UInt8]? {
            let (path, start) = (path, offset)
            let chunk: [UInt8] = try await NIOThreadPool.singleton.runIfActive {
                do {
                    let handle = try FileHandle(forReadingFrom: URL(filePath: path))
                    defer { try? handle.close() }
                    try handle.seek(toOffset: UInt64(start))
                    return Array(try handle.read(upToCount: Self.chunkSize) ?? Data())
                } catch {
                    throw SyncError(.storeUnavailable, "a file in the folder cannot be read", underlying: error)
                }
            }
            offset += Int64(chunk.count)
            return chunk.isEmpty ? nil : chunk
        }
    }
}
