import Checksums
package import SyncCore
import Synchronization

extension FakeLibrary {
    /// What is wrong with one range.
    package enum RangeFault: Sendable {
        /// Nothing is sent but this error.
        case refused(SyncError)
        /// The connection breaks after so many bytes.
        case reset(after: Int)
        /// The stream ends after so many bytes, as if it were complete.
        case truncated(after: Int)
    }

    /// Is asked about every range, by its number from 1. Time can pass there.
    package typealias RangeHook = @Sendable (Entry, Range<Int64>, Int) async throws -> RangeFault?

    /// Sets what is wrong with ranges.
    package func setRangeHook(_ hook: RangeHook?) {
        rangeHook.withLock { $0 = hook }
    }
}

/// A content of a ``FakeLibrary`` that can be read from any offset. It is good until the library has another one.
struct FakeRanges: RangedContent {
    private static let chunkSize = 1000

    let library: FakeLibrary
    let entry: Entry
    let bytes: [UInt8]
    let vault: VaultID

    var size: Int64 { Int64(bytes.count) }
    var validator: String { "\(entry.handle)-\(CRC64NVME(of: bytes))" }

    func withRange<Result: Sendable>(
        _ range: Range<Int64>,
        _ body: (ByteStream) async throws -> Result
    ) async throws -> Result {
        let number = library.noteRange()
        let fault = try await library.rangeHook.withLock { $0 }?(entry, range, number)
        let now = library.faults.corruptions[entry.path] ?? library.vault(vault)?.contents[entry.handle]
        guard let now else { throw SyncError(.sourceGone, "the file is gone") }
        guard now == bytes else {
            throw SyncError.contentChanged("the content has changed")
        }
        let whole = bytes[Int(range.lowerBound)..<Int(range.upperBound)]
        switch fault {
        case .refused(let error)?:
            throw error
        case .reset(let count)?:
            let failure = SyncError(.sourceUnavailable, "the connection broke")
            return try await body(stream(whole.prefix(count), failure: failure))
        case .truncated(let count)?:
            return try await body(stream(whole.prefix(count)))
        case nil:
            return try await body(stream(whole))
        }
    }

    private func stream(_ bytes: ArraySlice<UInt8>, failure: SyncError? = nil) -> ByteStream {
        Counted(library: library, base: Replay(bytes, chunkSize: Self.chunkSize, failure: failure))
    }

    /// Counts bytes as they are pulled.
    private struct Counted: AsyncSequence, Sendable {
        typealias Element = [UInt8]
        typealias Failure = any Error

        let library: FakeLibrary
        let base: Replay<[UInt8]>

        func makeAsyncIterator() -> Iterator {
            Iterator(library: library, base: base.makeAsyncIterator())
        }

        struct Iterator: AsyncIteratorProtocol {
            let library: FakeLibrary
            var base: Replay<[UInt8]>.Iterator

            mutating func next() async throws -> [UInt8]? {
                let chunk = try await base.next()
                if let chunk { library.noteRangeBytes(chunk.count) }
                return chunk
            }
        }
    }
}
