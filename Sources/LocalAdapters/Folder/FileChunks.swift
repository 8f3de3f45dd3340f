import NIOPosix
import SyncCore

/// The bytes of a file from an offset on, a chunk a pull. The file is open only while a chunk is read.
struct FileChunks: AsyncSequence, Sendable {
    typealias Element = [UInt8]
    typealias Failure = any Error

    let tree: FolderTree
    let path: String
    let offset: Int64
    let trouble: DestinationTrouble

    func makeAsyncIterator() -> Iterator {
        Iterator(chunks: self, offset: offset)
    }

    struct Iterator: AsyncIteratorProtocol {
        private static let chunkSize = 256 << 10
        let chunks: FileChunks
        var offset: Int64

        mutating func next() async throws -> [UInt8]? {
            let (chunks, start) = (chunks, offset)
            let chunk = try await NIOThreadPool.singleton.runIfActive {
                do {
                    let spot = try chunks.tree.spot(of: chunks.path)
                    guard let spot, let file = try spot.folder.file(spot.name) else {
                        throw SyncError(.storeUnavailable, "a file in the folder is gone", reason: "ENOENT")
                    }
                    return try file.read(upTo: Self.chunkSize, at: start)
                } catch let failure as FileFailure {
                    throw chunks.trouble.error(failure)
                }
            }
            offset += Int64(chunk.count)
            return chunk.isEmpty ? nil : chunk
        }
    }
}
