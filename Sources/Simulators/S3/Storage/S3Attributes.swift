import NIOHTTP1

/// What is stored with an object besides its bytes.
struct S3Attributes: Sendable {
    struct Field: Sendable, Equatable {
        let name: String
        let value: String
    }

    var contentType = "binary/octet-stream"
    /// User metadata, names in lower case.
    var metadata: [Field] = []
    var tags: [Field] = []
    var encryption: Encryption?

    struct Encryption: Sendable, Equatable {
        let algorithm: String
        var keyID: String?
    }

    /// The attributes that a request gives.
    init(_ request: S3Request) throws(S3Refusal) {
        if let type = request.header("content-type") { contentType = type }
        metadata = request.headers.compactMap { header in
            let name = header.name.lowercased()
            return name.hasPrefix("x-amz-meta-") ? Field(name: String(name.dropFirst(11)), value: header.value) : nil
        }
        let size = metadata.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        guard size <= S3Limits.largestMetadata else { throw .metadataTooLarge }
        if let text = request.header("x-amz-tagging") { tags = try Self.tags(text) }
        encryption = try Self.encryption(request)
    }

    private static func encryption(_ request: S3Request) throws(S3Refusal) -> Encryption? {
        guard let algorithm = request.header("x-amz-server-side-encryption") else { return nil }
        guard ["AES256", "aws:kms"].contains(algorithm) else {
            throw S3Refusal(
                400,
                "InvalidEncryptionAlgorithmError",
                "The Encryption request you specified is not valid. Supported value: AES256."
            )
        }
        return Encryption(
            algorithm: algorithm,
            keyID: request.header("x-amz-server-side-encryption-aws-kms-key-id")
        )
    }

    private static func tags(_ text: String) throws(S3Refusal) -> [Field] {
        var tags: [Field] = []
        for item in text.split(separator: "&") {
            let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = S3PercentText.decodeText(pair[0], plusIsSpace: true),
                let value = S3PercentText.decodeText(pair.count > 1 ? pair[1] : "", plusIsSpace: true),
                !tags.contains(where: { $0.name == name })
            else {
                throw .invalidArgument(
                    "x-amz-tagging",
                    text,
                    "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates."
                )
            }
            tags.append(Field(name: name, value: value))
        }
        guard tags.count <= S3Limits.mostTags else { throw .badTagCount }
        for tag in tags {
            guard (1...128).contains(tag.name.unicodeScalars.count), tag.name.unicodeScalars.allSatisfy(isTagScalar)
            else {
                throw S3Refusal(400, "InvalidTag", "The TagKey you have provided is invalid", ["TagKey": tag.name])
            }
            guard tag.value.unicodeScalars.count <= 256, tag.value.unicodeScalars.allSatisfy(isTagScalar) else {
                throw S3Refusal(400, "InvalidTag", "The TagValue you have provided is invalid", ["TagKey": tag.name])
            }
        }
        return tags
    }

    private static func isTagScalar(_ scalar: UnicodeScalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber, .spaceSeparator:
            true
        default:
            "+-=._:/@".unicodeScalars.contains(scalar)
        }
    }

    /// How an answer tells of the encryption.
    var encryptionHeaders: [(String, String)] {
        guard let encryption else { return [("x-amz-server-side-encryption", "AES256")] }
        var headers = [("x-amz-server-side-encryption", encryption.algorithm)]
        if let keyID = encryption.keyID { headers.append(("x-amz-server-side-encryption-aws-kms-key-id", keyID)) }
        return headers
    }
}
