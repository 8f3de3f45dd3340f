import AWSSigning
import NIOHTTP1

package import struct FoundationEssentials.Date

extension S3 {
    /// Lists the versions of objects: by the bytes of their keys, and of one key the newest first.
    package struct ListObjectVersionsRequest: Sendable {
        /// The bucket.
        package var bucket: String
        /// Keys that go on after this are rolled up.
        package var delimiter: String?
        /// Where to go on: the last key of the page before.
        package var keyMarker: String?
        /// How many versions and markers a page has at most, up to 1000.
        package var maxKeys: Int?
        /// Only keys that begin so.
        package var prefix: String?
        /// Where to go on within `keyMarker`: the last version of the page before.
        package var versionIdMarker: String?

        /// Makes a request.
        package init(bucket: String, delimiter: String? = nil, maxKeys: Int? = nil, prefix: String? = nil) {
            self.bucket = bucket
            self.delimiter = delimiter
            self.maxKeys = maxKeys
            self.prefix = prefix
        }
    }

    /// One version of an object, or the mark that it was deleted.
    package struct ObjectVersion: Sendable, Equatable {
        /// The ETag, with its quotes; nil for a deletion.
        package let eTag: String?
        /// Whether this marks a deletion.
        package let isDeleteMarker: Bool
        /// Whether it is the newest of its key.
        package let isLatest: Bool
        /// The key, 1 to 1024 bytes of UTF-8, as it is: not encoded, not normalised.
        package let key: String
        /// When it was written, to the second; of an upload in parts, when that was begun.
        package let lastModified: Date?
        /// How many bytes it has; 0 for a deletion.
        package let size: Int64
        /// Such as `STANDARD`; nil of a deletion, or where the store does not say it.
        package var storageClass: String?
        /// The version; `null` for what was written before the bucket kept versions, empty in a store without any.
        package let versionId: String

        /// The only version of an object, in a store that keeps no others.
        package init(only object: Object) {
            self.init(
                eTag: object.eTag,
                isDeleteMarker: false,
                isLatest: true,
                key: object.key,
                lastModified: object.lastModified,
                size: object.size,
                versionId: ""
            )
        }

        init(
            eTag: String?,
            isDeleteMarker: Bool,
            isLatest: Bool,
            key: String,
            lastModified: Date?,
            size: Int64,
            versionId: String
        ) {
            (self.eTag, self.isDeleteMarker, self.isLatest) = (eTag, isDeleteMarker, isLatest)
            (self.key, self.lastModified, self.size, self.versionId) = (key, lastModified, size, versionId)
        }
    }

    /// One page of versions.
    package struct ListObjectVersionsOutput: Sendable {
        /// What was rolled up.
        package let commonPrefixes: [String]
        /// Whether there is a page after this.
        package let isTruncated: Bool
        /// Where it begins: the key.
        package let nextKeyMarker: String?
        /// Where it begins: the version.
        package let nextVersionIdMarker: String?
        /// Versions and deletions, in the order of the answer.
        package let versions: [ObjectVersion]
    }

    /// Lists one page of versions.
    ///
    /// - Throws: ``AWSError``.
    package func listObjectVersions(_ input: ListObjectVersionsRequest) async throws -> ListObjectVersionsOutput {
        var request = try request("ListObjectVersions", .GET, bucket: input.bucket)
        request.query = [QueryItem("versions"), QueryItem("encoding-type", "url")]
        request.query(add: "delimiter", input.delimiter)
        request.query(add: "key-marker", input.keyMarker)
        request.query(add: "max-keys", input.maxKeys.map(String.init))
        request.query(add: "prefix", input.prefix)
        request.query(add: "version-id-marker", input.versionIdMarker)
        let (root, _) = try await xml(request, root: "ListVersionsResult")
        let decode = Self.decoder(root)
        return ListObjectVersionsOutput(
            commonPrefixes: try root.all("CommonPrefixes").map { try decode($0["Prefix"] ?? "", request) },
            isTruncated: root["IsTruncated"] == "true",
            nextKeyMarker: try root["NextKeyMarker"].map { try decode($0, request) },
            nextVersionIdMarker: root["NextVersionIdMarker"],
            versions: try root.children.compactMap { element in
                let isDeleteMarker = element.name == "DeleteMarker"
                guard isDeleteMarker || element.name == "Version" else { return nil }
                let size = element["Size"].flatMap { Int64($0) } ?? (isDeleteMarker ? 0 : nil)
                guard let key = element["Key"], let size else {
                    throw request.malformed("a version of the listing has no key or size")
                }
                var version = ObjectVersion(
                    eTag: element["ETag"],
                    isDeleteMarker: isDeleteMarker,
                    isLatest: element["IsLatest"] == "true",
                    key: try decode(key, request),
                    lastModified: element["LastModified"].flatMap(DateText.iso8601),
                    size: size,
                    versionId: element["VersionId"] ?? "null"
                )
                version.storageClass = element["StorageClass"]
                return version
            }
        )
    }

    /// Lists versions page by page, each when it is asked for.
    package func listObjectVersionsPaginator(
        _ input: ListObjectVersionsRequest
    ) -> PaginatorSequence<ListObjectVersionsRequest, ListObjectVersionsOutput> {
        PaginatorSequence(input: input, call: { try await listObjectVersions($0) }) { input, output in
            guard output.isTruncated else { return nil }
            // A listing that cannot go on must not pass for a complete one.
            let isMoving =
                output.nextKeyMarker != input.keyMarker || output.nextVersionIdMarker != input.versionIdMarker
            guard let key = output.nextKeyMarker, isMoving else {
                throw AWSError(
                    .malformedResponse,
                    message: "the list of versions is truncated and does not say where it goes on",
                    service: AWSService.s3.name,
                    operation: "ListObjectVersions"
                )
            }
            var next = input
            next.keyMarker = key
            next.versionIdMarker = output.nextVersionIdMarker
            return next
        }
    }
}
