import Crypto

/// One bucket, not versioned.
struct S3Bucket: Sendable {
    var objects: [S3Key: S3Object] = [:]
    var uploads: [String: S3Upload] = [:]
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
