import Checksums
import Synchronization

/// The bytes of one part on their way from a source into a store: counted, and their checksum taken, as they pass.
///
/// Stores pull it once, and ask for ``finish(number:etag:)`` when they have sent everything. What the source throws is kept too:
/// the client that sends the bytes may hide it behind an error of its own. The last bytes are given on only when the source
/// has ended where it should: a store never has the whole of a part that is not right.
package final class PartStream: AsyncSequence, Sendable {
    package typealias Element = [UInt8]
    package typealias Failure = any Error

    private struct State {
        var count: Int64 = 0
        var checksum = CRC64NVME()
        var failure: (any Error)?
        var isAtEnd = false
    }

    private let base: ByteStream
    private let size: Int64
    private let state = Mutex(State())

    /// Makes the stream of a part.
    ///
    /// - Parameters:
    ///   - base: where the bytes come from.
    ///   - size: how many they have to be.
    package init(_ base: ByteStream, size: Int64) {
        self.base = base
        self.size = size
    }

    /// What the source threw, if it did.
    package var failure: (any Error)? { state.withLock { $0.failure } }

    /// The part that has passed.
    ///
    /// - Parameters:
    ///   - number: the part's number.
    ///   - etag: the store's mark of it.
    /// - Returns: the part with its checksum.
    /// - Throws: `SourceUnavailable` when not all of its bytes passed.
    package func finish(number: Int, etag: String) throws(SyncError) -> UploadedPart {
        let state = state.withLock { $0 }
        guard state.isAtEnd, state.count == size else { throw Self.wrongSize }
        return UploadedPart(number: number, etag: etag, size: size, checksum: state.checksum)
    }

    package func makeAsyncIterator() -> Iterator {
        Iterator(stream: self, base: base.makeAsyncIterator())
    }

    /// Pulls the bytes through.
    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let stream: PartStream
        fileprivate var base: any AsyncIteratorProtocol<[UInt8], any Error>

        package mutating func next() async throws -> [UInt8]? {
            do {
                if stream.state.withLock({ $0.isAtEnd }) { return nil }
                let chunk = try await base.next(isolation: nil)
                if try stream.note(chunk) {
                    while let more = try await base.next(isolation: nil) { _ = try stream.note(more) }
                    _ = try stream.note(nil)
                }
                return chunk
            } catch {
                stream.state.withLock { $0.failure = $0.failure ?? error }
                throw error
            }
        }
    }

    /// Takes a chunk, or the end, into account; true when everything has passed and the end is still to come.
    private func note(_ chunk: [UInt8]?) throws(SyncError) -> Bool {
        let (isRight, isLast) = state.withLock { state in
            guard let chunk else {
                state.isAtEnd = true
                return (state.count == size, false)
            }
            state.checksum.update(chunk)
            state.count += Int64(chunk.count)
            return (state.count <= size, state.count == size)
        }
        guard isRight else { throw Self.wrongSize }
        return isLast
    }

    private static var wrongSize: SyncError {
        SyncError(.sourceUnavailable, "the source has sent more or fewer bytes than it was asked for")
    }
}
