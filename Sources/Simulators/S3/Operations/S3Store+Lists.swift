import FoundationEssentials

extension S3Store {
    func listObjects(_ call: Call) throws(S3Refusal) -> Answer {
        let listing = ObjectListing(call.request, limit: try Self.limit(call.request, "max-keys"))
        let start = try listing.start()
        let bucket = try bucket(call.bucket)
        var entries: [ObjectListing.Entry] = []
        var isTruncated = false
        for key in bucket.objects.keys.sorted() where key.hasPrefix(listing.prefix) {
            let entry = listing.entry(for: key)
            guard entry.position > start, entry != entries.last else { continue }
            guard entries.count < listing.limit else {
                isTruncated = listing.limit > 0
                break
            }
            entries.append(entry)
        }
        var fields = [
            XMLNode("Name", call.bucket), XMLNode("Prefix", listing.spell(listing.prefix)),
            XMLNode("MaxKeys", "\(listing.limit)"), XMLNode("KeyCount", "\(entries.count)"),
            XMLNode("IsTruncated", isTruncated ? "true" : "false"),
        ]
        if listing.isEncoded { fields.append(XMLNode("EncodingType", "url")) }
        if isTruncated, let last = entries.last {
            fields.append(XMLNode("NextContinuationToken", ObjectListing.token(after: last.position)))
        }
        for entry in entries {
            switch entry {
            case .prefix(let prefix):
                fields.append(XMLNode("CommonPrefixes", [XMLNode("Prefix", listing.spell(prefix))]))
            case .object(let key):
                guard let object = bucket.objects[key] else { continue }
                fields.append(Self.node(listing.spell(key), object))
            }
        }
        return Answer(body: .document(XMLNode("ListBucketResult", fields)))
    }

    private static func node(_ key: String, _ object: S3Object) -> XMLNode {
        XMLNode(
            "Contents",
            [
                XMLNode("Key", key), XMLNode("LastModified", S3Date.iso8601(object.lastModified)),
                XMLNode("ETag", "\"\(object.eTag)\""), XMLNode("Size", "\(object.content.length)"),
                XMLNode("ChecksumAlgorithm", object.checksum.algorithm.rawValue), XMLNode("StorageClass", "STANDARD"),
            ]
        )
    }

    /// The size of a page, 1000 where none is asked for and at most.
    static func limit(_ request: S3Request, _ name: String) throws(S3Refusal) -> Int {
        guard let text = request.parameter(name) else { return 1000 }
        guard let limit = Int(text), limit >= 0 else {
            throw .invalidArgument(name, text, "Provided \(name) not an integer or within integer range")
        }
        return min(limit, 1000)
    }
}

/// What a listing of objects asks for.
struct ObjectListing {
    enum Entry: Equatable {
        case object(S3Key)
        case prefix(S3Key)

        /// Where it stands in the listing.
        var position: S3Key {
            switch self {
            case .object(let key), .prefix(let key): key
            }
        }
    }

    let request: S3Request
    let limit: Int
    let prefix: S3Key
    let delimiter: [UInt8]

    init(_ request: S3Request, limit: Int) {
        self.request = request
        self.limit = limit
        prefix = S3Key(request.parameter("prefix") ?? "")
        delimiter = Array((request.parameter("delimiter") ?? "").utf8)
    }

    var isEncoded: Bool { request.parameter("encoding-type") == "url" }

    /// What the listing begins after.
    func start() throws(S3Refusal) -> S3Key {
        guard let token = request.parameter("continuation-token") else {
            return S3Key(request.parameter("start-after") ?? "")
        }
        guard token.hasPrefix("1/"), let data = Data(base64Encoded: String(token.dropFirst(2))),
            let text = String(validating: data, as: UTF8.self)
        else {
            throw .invalidArgument("continuation-token", token, "The continuation token provided is incorrect")
        }
        return S3Key(text)
    }

    static func token(after key: S3Key) -> String {
        "1/" + Data(key.bytes).base64EncodedString()
    }

    /// What stands for a key: itself, or everything that it has in common with others up to the delimiter.
    func entry(for key: S3Key) -> Entry {
        let rest = key.bytes.dropFirst(prefix.bytes.count)
        guard !delimiter.isEmpty, let range = rest.firstRange(of: delimiter) else { return .object(key) }
        return .prefix(S3Key(String(decoding: key.bytes[..<range.upperBound], as: UTF8.self)))
    }

    func spell(_ key: S3Key) -> String {
        isEncoded ? S3PercentText.encodeForListing(key) : key.text
    }
}
