import Synchronization

/// The regions that S3 has named for buckets, for as long as the process lives.
final class BucketRegions: Sendable {
    private let known = Mutex<[String: Region]>([:])

    /// The region of a bucket, where it is known.
    func region(of bucket: String) -> Region? { known.withLock { $0[bucket] } }

    /// Keeps the region of a bucket.
    func note(_ region: Region, of bucket: String) { known.withLock { $0[bucket] = region } }
}
