import AWSSigning
import NIOHTTP1

extension S3 {
    /// Lists one page of a bucket.
    ///
    /// - Throws: ``AWSError`` with what the service answered, or why it could not be reached.
    package func listObjectsV2(_ input: ListObjectsV2Request) async throws -> ListObjectsV2Output {
        var request = try request("ListObjectsV2", .GET, bucket: input.bucket)
        request.query = [QueryItem("list-type", "2"), QueryItem("encoding-type", "url")]
        request.query(add: "continuation-token", input.continuationToken)
        request.query(add: "delimiter", input.delimiter)
        request.query(add: "max-keys", input.maxKeys.map(String.init))
        request.query(add: "prefix", input.prefix)
        request.query(add: "start-after", input.startAfter)
        let (root, _) = try await xml(request, root: "ListBucketResult")
        let decode = Self.decoder(root)
        return ListObjectsV2Output(
            commonPrefixes: try root.all("CommonPrefixes").map { try decode($0["Prefix"] ?? "", request) },
            contents: try root.all("Contents").map { element in
                guard let size = element["Size"].flatMap({ Int64($0) }), let key = element["Key"] else {
                    throw request.malformed("an object of the listing has no key or size")
                }
                return Object(
                    eTag: element["ETag"],
                    key: try decode(key, request),
                    lastModified: element["LastModified"].flatMap(DateText.iso8601),
                    size: size
                )
            },
            isTruncated: root["IsTruncated"] == "true",
            nextContinuationToken: root["NextContinuationToken"]
        )
    }

    /// Lists a bucket page by page, each when it is asked for.
    package func listObjectsV2Paginator(
        _ input: ListObjectsV2Request
    ) -> PaginatorSequence<ListObjectsV2Request, ListObjectsV2Output> {
        PaginatorSequence(input: input, call: { try await listObjectsV2($0) }) { input, output in
            guard output.isTruncated else { return nil }
            // A listing that cannot go on must not pass for a complete one: deletions are derived from it.
            guard let token = output.nextContinuationToken, !token.isEmpty, token != input.continuationToken else {
                throw AWSError(
                    .malformedResponse,
                    message: "the listing is truncated and does not say where it goes on",
                    service: AWSService.s3.name,
                    operation: "ListObjectsV2"
                )
            }
            var next = input
            next.continuationToken = token
            return next
        }
    }

    /// Undoes the encoding of keys, which S3 applies when asked to and emulators sometimes do not.
    static func decoder(_ root: XMLElement) -> (String, AWSRequest) throws -> String {
        guard root["EncodingType"] == "url" else { return { text, _ in text } }
        return { text, request in
            guard let decoded = PercentDecoding.decode(text) else {
                throw request.malformed("a key of the listing is not properly encoded")
            }
            return decoded
        }
    }
}

/// Undoes the encoding that listings use: `%XX` for a byte, `+` for a space.
enum PercentDecoding {
    /// Gives nil for a `%` without two digits, and for what is not UTF-8 in the end.
    static func decode(_ text: String) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var source = text.utf8.makeIterator()
        while let byte = source.next() {
            switch byte {
            case UInt8(ascii: "+"):
                bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = source.next().flatMap(digit), let low = source.next().flatMap(digit) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            default:
                bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension AWSRequest {
    /// Adds a parameter, if there is a value.
    mutating func query(add name: String, _ value: String?) {
        if let value { query.append(QueryItem(name, value)) }
    }
}
