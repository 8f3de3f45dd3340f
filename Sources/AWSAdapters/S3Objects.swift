import AWSClient
import Clocks
import FoundationEssentials
import NIOCore
import SyncCore

/// The objects of a listing, a page at a time, their keys without the store's prefix.
struct S3Objects: AsyncSequence, Sendable {
    typealias Element = [ListedObject]
    typealias Failure = any Error
    typealias Pages = PaginatorSequence<S3.ListObjectsV2Request, S3.ListObjectsV2Output>

    let pages: Pages
    let prefix: String

    func makeAsyncIterator() -> Iterator {
        Iterator(pages: pages.makeAsyncIterator(), prefixLength: prefix.utf8.count)
    }

    struct Iterator: AsyncIteratorProtocol {
        var pages: Pages.Iterator
        let prefixLength: Int

        mutating func next() async throws -> [ListedObject]? {
            do {
                return try await pages.next()?.contents.map { object in
                    ListedObject(
                        key: String(object.key.utf8.dropFirst(prefixLength)) ?? object.key,
                        size: object.size,
                        written: object.lastModified.map {
                            Timestamp(milliseconds: Int64(($0.timeIntervalSince1970 * 1000).rounded(.down)))
                        },
                        fingerprint: S3ObjectStore.fingerprint(object.eTag)
                    )
                }
            } catch {
                throw SyncError.mapped(error)
            }
        }
    }
}
