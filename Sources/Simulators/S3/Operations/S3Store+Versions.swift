extension S3Store {
    /// What one deletion has done, as answers tell it.
    struct Deletion {
        /// The marker that was written or deleted.
        var marker: String?
        /// The version that was deleted for good.
        var version: String?

        var headers: [(String, String)] {
            (marker == nil ? [] : [("x-amz-delete-marker", "true")]) + S3Store.versionHeader(version ?? marker)
        }

        var elements: [XMLNode] {
            let ofMarker = [XMLNode("DeleteMarker", "true"), XMLNode("DeleteMarkerVersionId", marker ?? "")]
            return (version.map { [XMLNode("VersionId", $0)] } ?? []) + (marker == nil ? [] : ofMarker)
        }
    }

    static func versionHeader(_ id: String?) -> [(String, String)] {
        id.map { [("x-amz-version-id", $0)] } ?? []
    }

    /// Deletes an object, or one of its versions for good.
    mutating func delete(_ key: S3Key, version id: String?, in bucket: String, now: Int64) -> Deletion {
        guard let id else { return Deletion(marker: buckets[bucket]?.delete(key, now: now)) }
        guard case .marker? = buckets[bucket]?.delete(key, version: id) else { return Deletion(version: id) }
        return Deletion(marker: id, version: id)
    }

    /// The object or the version that a request means.
    func version(_ call: Call) throws(S3Refusal) -> S3Object {
        try version(call.request.parameter("versionId"), of: call.key, in: call.bucket)
    }

    func version(_ id: String?, of key: S3Key, in name: String) throws(S3Refusal) -> S3Object {
        guard let id else { return try object(name, key) }
        switch try bucket(name).versions(of: key).first(where: { $0.id == id }) {
        case .object(let object)?: return object
        case .marker?:
            throw S3Refusal(
                405,
                "MethodNotAllowed",
                "The specified method is not allowed against this resource.",
                ["ResourceType": "DeleteMarker"]
            )
        case nil:
            throw S3Refusal(
                404,
                "NoSuchVersion",
                "The specified version does not exist.",
                ["Key": key.text, "VersionId": id]
            )
        }
    }

    func getBucketVersioning(_ call: Call) throws(S3Refusal) -> Answer {
        let status = try bucket(call.bucket).keepsVersions ? [XMLNode("Status", "Enabled")] : []
        return Answer(body: .document(XMLNode("VersioningConfiguration", status)))
    }

    /// Has a bucket keep versions; that it stops to keep them is not simulated.
    mutating func putBucketVersioning(_ call: Call) throws(S3Refusal) -> Answer {
        let root = try XMLNode.parse(call.document)
        guard root.name == "VersioningConfiguration", let status = root["Status"] else { throw .malformedXML }
        guard status == "Enabled" else {
            throw locksObjects
                ? S3Refusal(
                    409,
                    "InvalidBucketState",
                    "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
                ) : .notImplemented
        }
        buckets[call.bucket]?.keepsVersions = true
        return Answer()
    }

    func listObjectVersions(_ call: Call) throws(S3Refusal) -> Answer {
        let listing = ObjectListing(call.request, limit: try Self.limit(call.request, "max-keys"))
        let bucket = try bucket(call.bucket)
        var page = VersionPage(listing, call.request)
        for key in bucket.allKeys where key.hasPrefix(listing.prefix) {
            guard page.take(key, bucket) else { break }
        }
        let spell = listing.spell
        var fields = [
            XMLNode("Name", call.bucket), XMLNode("Prefix", spell(listing.prefix)),
            XMLNode("KeyMarker", spell(S3Key(call.request.parameter("key-marker") ?? ""))),
            XMLNode("VersionIdMarker", call.request.parameter("version-id-marker") ?? ""),
            XMLNode("MaxKeys", "\(listing.limit)"), XMLNode("IsTruncated", page.isTruncated ? "true" : "false"),
        ]
        if listing.isEncoded { fields.append(XMLNode("EncodingType", "url")) }
        if page.isTruncated, let last = page.last {
            fields.append(XMLNode("NextKeyMarker", spell(last.key)))
            if let id = last.versionID { fields.append(XMLNode("NextVersionIdMarker", id)) }
        }
        return Answer(body: .document(XMLNode("ListVersionsResult", fields + page.nodes)))
    }
}

/// A page of a listing of versions.
private struct VersionPage {
    private let listing: ObjectListing
    private let keyMarker: S3Key?
    private let versionMarker: String?
    private(set) var nodes: [XMLNode] = []
    /// Where the page ends.
    private(set) var last: (key: S3Key, versionID: String?)?
    private(set) var isTruncated = false

    init(_ listing: ObjectListing, _ request: S3Request) {
        self.listing = listing
        keyMarker = request.parameter("key-marker").flatMap { $0.isEmpty ? nil : S3Key($0) }
        versionMarker = request.parameter("version-id-marker").flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Takes what belongs on the page of a key.
    ///
    /// - Returns: whether there is room for more.
    mutating func take(_ key: S3Key, _ bucket: S3Bucket) -> Bool {
        if case .prefix(let prefix) = listing.entry(for: key) {
            if last?.key == prefix { return true }
            if let keyMarker, prefix <= keyMarker { return true }
            guard noteRoom() else { return false }
            nodes.append(XMLNode("CommonPrefixes", [XMLNode("Prefix", listing.spell(prefix))]))
            last = (prefix, nil)
            return true
        }
        if let keyMarker, key < keyMarker { return true }
        var versions = bucket.versions(of: key)
        let newest = versions.first?.id
        if key == keyMarker {
            guard let index = versions.firstIndex(where: { $0.id == versionMarker }) else { return true }
            versions.removeFirst(index + 1)
        }
        for version in versions {
            guard noteRoom() else { return false }
            nodes.append(node(version, key, isLatest: version.id == newest))
            last = (key, version.id)
        }
        return true
    }

    /// Whether there is room for one more; where there is none, the page does not tell everything.
    private mutating func noteRoom() -> Bool {
        isTruncated = nodes.count >= listing.limit && listing.limit > 0
        return nodes.count < listing.limit
    }

    private func node(_ version: S3Version, _ key: S3Key, isLatest: Bool) -> XMLNode {
        let fields = [
            XMLNode("Key", listing.spell(key)), XMLNode("VersionId", version.id),
            XMLNode("IsLatest", isLatest ? "true" : "false"),
        ]
        switch version {
        case .marker(_, let lastModified):
            return XMLNode("DeleteMarker", fields + [XMLNode("LastModified", S3Date.iso8601(lastModified))])
        case .object(let object):
            return XMLNode(
                "Version",
                fields + [
                    XMLNode("LastModified", S3Date.iso8601(object.lastModified)),
                    XMLNode("ETag", "\"\(object.eTag)\""), XMLNode("Size", "\(object.content.length)"),
                    XMLNode("StorageClass", "STANDARD"),
                ]
            )
        }
    }
}
