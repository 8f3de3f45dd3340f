package import struct FoundationEssentials.Date

extension S3 {
    /// Lists the objects of a bucket, sorted by the bytes of their keys.
    package struct ListObjectsV2Request: Sendable {
        /// The bucket.
        package var bucket: String
        /// Where to go on, from the page before.
        package var continuationToken: String?
        /// Keys that go on after this are rolled up.
        package var delimiter: String?
        /// How many a page has at most, up to 1000.
        package var maxKeys: Int?
        /// Only keys that begin so.
        package var prefix: String?
        /// Only keys after this one.
        package var startAfter: String?

        /// Makes a request.
        package init(
            bucket: String,
            continuationToken: String? = nil,
            delimiter: String? = nil,
            maxKeys: Int? = nil,
            prefix: String? = nil,
            startAfter: String? = nil
        ) {
            self.bucket = bucket
            self.continuationToken = continuationToken
            self.delimiter = delimiter
            self.maxKeys = maxKeys
            self.prefix = prefix
            self.startAfter = startAfter
        }
    }

    /// One object of a listing.
    package struct Object: Sendable, Equatable {
        /// The ETag, with its quotes.
        package let eTag: String?
        /// The key, 1 to 1024 bytes of UTF-8, as it is: not encoded, not normalised.
        package let key: String
        /// When the object was written, to the second.
        package let lastModified: Date?
        /// How many bytes it has.
        package let size: Int64
    }

    /// One page of a listing.
    package struct ListObjectsV2Output: Sendable {
        /// What was rolled up.
        package let commonPrefixes: [String]
        /// The objects.
        package let contents: [Object]
        /// Whether there is a page after this.
        package let isTruncated: Bool
        /// Where it begins.
        package let nextContinuationToken: String?
    }
}
