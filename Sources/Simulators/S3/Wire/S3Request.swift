import NIOHTTP1

/// The head of a request, taken apart.
struct S3Request: Sendable {
    let method: HTTPMethod
    var headers: HTTPHeaders
    /// The path as it was sent.
    let path: Substring
    /// The parameters of the query, decoded.
    let query: [(name: String, value: String)]
    /// The bucket of a path-style address.
    let bucket: String
    /// Nil where the bucket itself is meant.
    let key: S3Key?

    /// Takes a head apart.
    ///
    /// - Parameters:
    ///   - head: what was sent.
    ///   - base: the path that comes before every other.
    /// - Throws: `InvalidURI` for what lies elsewhere, or is not properly encoded.
    init(_ head: HTTPRequestHead, below base: String = "") throws(S3Refusal) {
        method = head.method
        headers = head.headers
        let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = parts.first ?? "/"
        var query: [(name: String, value: String)] = []
        for item in parts.count > 1 ? parts[1].split(separator: "&") : [] {
            let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = S3PercentText.decodeText(pair[0], plusIsSpace: true),
                let value = S3PercentText.decodeText(pair.count > 1 ? pair[1] : "", plusIsSpace: true)
            else { throw .invalidURI }
            query.append((name: name, value: value))
        }
        self.query = query
        guard path.hasPrefix(base + "/") || path == base else { throw .invalidURI }
        let segments = path.dropFirst(base.utf8.count).dropFirst().split(
            separator: "/",
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        guard let bucket = S3PercentText.decodeText(segments.first ?? ""),
            let key = S3PercentText.decodeText(segments.count > 1 ? segments[1] : "")
        else { throw .invalidURI }
        self.bucket = bucket
        self.key = key.isEmpty ? nil : S3Key(key)
    }

    /// The value of a parameter; empty for one without a value, nil when it is missing.
    func parameter(_ name: String) -> String? { query.first { $0.name == name }?.value }

    /// A header field; the values of a repeated one are joined.
    func header(_ name: String) -> String? {
        let values = headers[name]
        return values.isEmpty ? nil : values.joined(separator: ",")
    }

    /// The announced length of the body.
    var contentLength: Int64? { headers.first(name: "content-length").flatMap { Int64($0) } }
}

/// What a client can ask of the store; named as the service names them.
package enum S3Operation: String, Sendable, Hashable, CaseIterable {
    /// Makes a bucket.
    case createBucket = "CreateBucket"
    /// Asks whether there is a bucket.
    case headBucket = "HeadBucket"
    /// Writes an object.
    case putObject = "PutObject"
    /// Reads an object.
    case getObject = "GetObject"
    /// Asks what is known of an object.
    case headObject = "HeadObject"
    /// Deletes an object.
    case deleteObject = "DeleteObject"
    /// Deletes many objects.
    case deleteObjects = "DeleteObjects"
    /// Copies an object.
    case copyObject = "CopyObject"
    /// Lists objects.
    case listObjectsV2 = "ListObjectsV2"
    /// Lists versions of objects, and delete markers.
    case listObjectVersions = "ListObjectVersions"
    /// Asks whether a bucket keeps versions.
    case getBucketVersioning = "GetBucketVersioning"
    /// Has a bucket keep versions.
    case putBucketVersioning = "PutBucketVersioning"
    /// Begins an upload in parts.
    case createMultipartUpload = "CreateMultipartUpload"
    /// Writes one part.
    case uploadPart = "UploadPart"
    /// Puts the parts together.
    case completeMultipartUpload = "CompleteMultipartUpload"
    /// Gives an upload up.
    case abortMultipartUpload = "AbortMultipartUpload"
    /// Lists the parts of an upload.
    case listParts = "ListParts"
    /// Lists uploads that are open.
    case listMultipartUploads = "ListMultipartUploads"

    /// Whether the body is the content of an object.
    var storesBody: Bool { self == .putObject || self == .uploadPart }

    init(_ request: S3Request) throws(S3Refusal) {
        let known = request.key == nil ? Self.onBucket(request) : Self.onObject(request)
        guard let known else { throw .notImplemented }
        self = known
    }

    private static func onBucket(_ request: S3Request) -> S3Operation? {
        guard !request.bucket.isEmpty else { return nil }
        let names = Set(request.query.map(\.name))
        switch request.method {
        case .PUT where names.isEmpty: return .createBucket
        case .PUT where names == ["versioning"]: return .putBucketVersioning
        case .GET where names == ["versioning"]: return .getBucketVersioning
        case .GET where names.contains("versions"): return .listObjectVersions
        case .HEAD: return .headBucket
        case .GET where names.contains("uploads"): return .listMultipartUploads
        case .GET where request.parameter("list-type") == "2": return .listObjectsV2
        case .POST where names.contains("delete"): return .deleteObjects
        default: return nil
        }
    }

    private static func onObject(_ request: S3Request) -> S3Operation? {
        let names = Set(request.query.map(\.name)).subtracting(["x-id"])
        let isCopy = request.header("x-amz-copy-source") != nil
        switch request.method {
        case .PUT where names == ["partNumber", "uploadId"] && !isCopy: return .uploadPart
        case .PUT where names.isEmpty: return isCopy ? .copyObject : .putObject
        case .GET where names.contains("uploadId"): return .listParts
        case .GET where names.isSubset(of: ["versionId"]): return .getObject
        case .HEAD where names.isSubset(of: ["versionId"]): return .headObject
        case .DELETE where names == ["uploadId"]: return .abortMultipartUpload
        case .DELETE where names.isSubset(of: ["versionId"]): return .deleteObject
        case .POST where names == ["uploads"]: return .createMultipartUpload
        case .POST where names == ["uploadId"]: return .completeMultipartUpload
        default: return nil
        }
    }
}
