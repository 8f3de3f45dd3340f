import Crypto

/// One bucket.
struct S3Bucket: Sendable {
    private(set) var objects: [S3Key: S3Object] = [:]
    var uploads: [String: S3Upload] = [:]
    /// Whether what is replaced or deleted stays as an earlier version.
    var keepsVersions = false
    /// What is not the object of its key any more: versions and delete markers, the oldest first.
    private var past: [S3Key: [S3Version]] = [:]
    private var versionCount = 0

    init(keepsVersions: Bool = false) {
        self.keepsVersions = keepsVersions
    }

    /// Writes an object.
    ///
    /// - Returns: the version's identifier; nil where the bucket keeps none.
    @discardableResult
    mutating func put(_ object: S3Object, at key: S3Key) -> String? {
        var object = object
        guard keepsVersions else {
            object.versionID = S3Version.unversioned
            objects[key] = object
            return nil
        }
        if let replaced = objects[key] { past[key, default: []].append(.object(replaced)) }
        object.versionID = nextVersionID()
        objects[key] = object
        return object.versionID
    }

    /// Deletes the object of a key; where the bucket keeps versions a marker takes its place.
    ///
    /// - Returns: the marker's identifier.
    mutating func delete(_ key: S3Key, now: Int64) -> String? {
        let deleted = objects.removeValue(forKey: key)
        guard keepsVersions else { return nil }
        if let deleted { past[key, default: []].append(.object(deleted)) }
        let id = nextVersionID()
        past[key, default: []].append(.marker(id: id, lastModified: now))
        return id
    }

    /// Deletes one version for good; what comes before it may become the object of the key again.
    ///
    /// - Returns: what was deleted, if there was any.
    mutating func delete(_ key: S3Key, version id: String) -> S3Version? {
        var deleted: S3Version?
        if let object = objects[key], object.versionID == id {
            objects[key] = nil
            deleted = .object(object)
        } else if let index = past[key]?.firstIndex(where: { $0.id == id }) {
            deleted = past[key]?.remove(at: index)
        }
        if objects[key] == nil, case .object(let before)? = past[key]?.last {
            objects[key] = before
            past[key]?.removeLast()
        }
        if past[key]?.isEmpty == true { past[key] = nil }
        return deleted
    }

    /// The versions and markers of a key, the newest first.
    func versions(of key: S3Key) -> [S3Version] {
        (objects[key].map { [.object($0)] } ?? []) + (past[key] ?? []).reversed()
    }

    /// The keys that have an object, a version or a marker, in the order of their bytes.
    var allKeys: [S3Key] { Set(objects.keys).union(past.keys).sorted() }

    private mutating func nextVersionID() -> String {
        versionCount += 1
        return "version-\(versionCount)-simulated"
    }
}

/// What a key has or had.
enum S3Version: Sendable {
    /// What the versions are called of a bucket that keeps none.
    static let unversioned = "null"

    case object(S3Object)
    case marker(id: String, lastModified: Int64)

    var id: String {
        switch self {
        case .object(let object): object.versionID
        case .marker(let id, _): id
        }
    }
}

/// One object.
struct S3Object: Sendable {
    var content: S3Content
    /// Without its quotes.
    var eTag: String
    var attributes: S3Attributes
    /// What a reader who asks for checksums is told.
    var checksum: S3Checksum
    /// Of all bytes, whatever the client chose.
    var crc64NVME: S3Checksum
    /// In seconds since 1970.
    var lastModified: Int64
    var versionID = S3Version.unversioned
}

/// An upload in parts that is open.
struct S3Upload: Sendable {
    let id: String
    let key: S3Key
    let attributes: S3Attributes
    /// Nil where the client named none: the store then takes its own.
    let algorithm: S3ChecksumAlgorithm?
    let type: S3ChecksumType
    let initiated: Int64
    var parts: [Int: S3Part] = [:]
}

/// One part of an open upload.
struct S3Part: Sendable {
    let content: S3Content
    let facts: S3BodyFacts
    /// Of the upload's algorithm.
    let checksum: S3Checksum
    let eTag: String
    let lastModified: Int64
}

/// Entity tags, without their quotes.
enum S3EntityTag {
    /// The MD5, but of an object under a key of KMS: there it is something else, which must not be taken for the MD5.
    static func of(_ md5: [UInt8], _ attributes: S3Attributes) -> String {
        guard attributes.encryption?.algorithm == "aws:kms" else { return Hex.encode(md5) }
        return Hex.encode(Insecure.MD5.hash(data: md5 + Array("kms".utf8)))
    }

    /// Of an object in parts: of the parts' tags, and their number.
    static func of(_ parts: [S3Part]) -> String {
        var hasher = Insecure.MD5()
        for part in parts { hasher.update(data: Array(part.eTag.utf8)) }
        return Hex.encode(hasher.finalize()) + "-\(parts.count)"
    }

    /// Whether a condition such as `"abc", "def"` or `*` holds for a tag.
    static func matches(_ condition: String, _ eTag: String) -> Bool {
        condition.split(separator: ",").contains { item in
            let name = item.drop { $0 == " " }
            return name == "*" || name == eTag || name == "\"\(eTag)\""
        }
    }
}
