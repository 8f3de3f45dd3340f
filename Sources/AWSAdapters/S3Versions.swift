import AWSClient

/// The versions of the objects of a bucket, a page at a time.
///
/// Some stores list no versions. Their objects count as the only versions of themselves then, and `versionId` is empty.
struct S3Versions: AsyncSequence, Sendable {
    typealias Element = Page
    typealias Failure = any Error
    typealias Versions = PaginatorSequence<S3.ListObjectVersionsRequest, S3.ListObjectVersionsOutput>
    typealias Objects = PaginatorSequence<S3.ListObjectsV2Request, S3.ListObjectsV2Output>

    /// One page.
    struct Page: Sendable {
        /// Versions and deletions, in the order of the answer.
        var versions: [S3.ObjectVersion]
        /// What was rolled up.
        var folders: [String]
    }

    let s3: S3
    let bucket: String
    let prefix: String
    /// Keys that go on after this are rolled up.
    var delimiter: String?

    func makeAsyncIterator() -> Iterator {
        let versions = S3.ListObjectVersionsRequest(bucket: bucket, delimiter: delimiter, prefix: prefix)
        let objects = S3.ListObjectsV2Request(bucket: bucket, delimiter: delimiter, prefix: prefix)
        return Iterator(
            versions: s3.listObjectVersionsPaginator(versions).makeAsyncIterator(),
            objects: s3.listObjectsV2Paginator(objects).makeAsyncIterator()
        )
    }

    struct Iterator: AsyncIteratorProtocol {
        private var versions: Versions.Iterator?
        private var objects: Objects.Iterator

        fileprivate init(versions: Versions.Iterator, objects: Objects.Iterator) {
            (self.versions, self.objects) = (versions, objects)
        }

        mutating func next() async throws -> Page? {
            if var some = versions {
                do {
                    let page = try await some.next()
                    versions = some
                    return page.map { Page(versions: $0.versions, folders: $0.commonPrefixes) }
                } catch let error as AWSError where error.refusal == .unsupported {
                    versions = nil
                }
            }
            let page = try await objects.next()
            return page.map { page in
                Page(versions: page.contents.map(S3.ObjectVersion.init(only:)), folders: page.commonPrefixes)
            }
        }
    }
}
