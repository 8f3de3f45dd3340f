import AWSClient
package import SyncCore

/// What whoever claims a bucket has to know of it.
extension S3ObjectStore {
    /// The address that stands in for AWS's own, such as `https://nas.lan:9000`; nil where none does.
    package var endpoint: String? { s3.endpoint?.base }

    /// Stores a whole object.
    ///
    /// - Returns: whether the bucket keeps versions, as its answer tells.
    /// - Throws: as ``put(_:_:_:)`` does.
    package func putTellingVersion(
        _ key: ObjectKey,
        _ bytes: [UInt8],
        _ attributes: ObjectAttributes
    ) async throws -> Bool {
        let version = try await put(key, bytes, attributes, ifNoneMatch: nil).versionId
        return version.map { !$0.isEmpty && $0 != "null" } ?? false
    }
}
