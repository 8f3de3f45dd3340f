import NIOHTTP1

/// All buckets, and what can be done with them. It does no input or output and knows no time: it is handed whole requests.
struct S3Store: Sendable {
    var buckets: [String: S3Bucket] = [:]
    /// The smallest part but the last one, in bytes; the service has 5 MiB.
    var minimumPartSize: Int64 = 5 << 20
    var largestObject = S3Limits.largestObject
    /// Keys that a policy protects from being deleted.
    var undeletable: Set<S3Key> = []
    /// Whether every bucket keeps versions, and goes on to.
    var locksObjects = false
    private var uploadCount = 0

    /// A request whose signature and body are right.
    struct Call: Sendable {
        let operation: S3Operation
        let request: S3Request
        let body: Body
        /// Seconds since 1970.
        let now: Int64

        enum Body: Sendable {
            case document([UInt8], S3BodyClaims)
            case content(S3Content, S3BodyFacts)
        }

        var bucket: String { request.bucket }

        /// Operations on objects are only chosen where there is a key.
        var key: S3Key { request.key ?? S3Key("") }

        /// The body of an operation that takes a small document.
        var document: [UInt8] {
            if case .document(let bytes, _) = body { bytes } else { [] }
        }

        /// Whether anything vouches for the document.
        var documentIsProtected: Bool {
            if case .document(_, let claims) = body {
                claims.contentMD5 != nil || claims.algorithm != nil
            } else {
                true
            }
        }
    }

    /// What a request is answered.
    struct Answer: Sendable {
        enum Body: Sendable {
            case none
            case document(XMLNode)
            case content(S3Content, Range<Int64>)
        }

        var status = 200
        var headers: [(String, String)] = []
        var body = Body.none
    }

    /// Refuses what can be refused before the body is there.
    func admit(_ operation: S3Operation, _ request: S3Request) throws(S3Refusal) {
        if let key = request.key, key.bytes.count > S3Limits.longestKey {
            throw S3Refusal(
                400,
                "KeyTooLongError",
                "Your key is too long",
                ["Size": "\(key.bytes.count)", "MaxSizeAllowed": "\(S3Limits.longestKey)"]
            )
        }
        if operation != .createBucket { _ = try bucket(request.bucket) }
        switch operation {
        case .putObject, .createMultipartUpload, .copyObject: _ = try S3Attributes(request)
        case .uploadPart: _ = try openUpload(for: request)
        default: break
        }
    }

    /// Does what is asked.
    mutating func perform(_ call: Call) throws(S3Refusal) -> Answer {
        switch call.operation {
        case .createBucket: return try createBucket(call)
        case .headBucket: return Answer()
        case .putObject: return try putObject(call)
        case .getObject: return try getObject(call)
        case .headObject: return try headObject(call)
        case .deleteObject: return try deleteObject(call)
        case .deleteObjects: return try deleteObjects(call)
        case .copyObject: return try copyObject(call)
        case .listObjectsV2: return try listObjects(call)
        case .listObjectVersions: return try listObjectVersions(call)
        case .getBucketVersioning: return try getBucketVersioning(call)
        case .putBucketVersioning: return try putBucketVersioning(call)
        case .createMultipartUpload: return try createMultipartUpload(call)
        case .uploadPart: return try uploadPart(call)
        case .completeMultipartUpload: return try completeMultipartUpload(call)
        case .abortMultipartUpload: return try abortMultipartUpload(call)
        case .listParts: return try listParts(call)
        case .listMultipartUploads: return try listMultipartUploads(call)
        }
    }

    func bucket(_ name: String) throws(S3Refusal) -> S3Bucket {
        guard let bucket = buckets[name] else { throw .noSuchBucket }
        return bucket
    }

    func object(_ bucket: String, _ key: S3Key) throws(S3Refusal) -> S3Object {
        guard let object = try self.bucket(bucket).objects[key] else { throw .noSuchKey(key) }
        return object
    }

    /// The identifier of a new upload.
    mutating func nextUploadID() -> String {
        uploadCount += 1
        return "upload-\(uploadCount)-simulated"
    }

    /// Checks the conditions of a write.
    func checkConditions(_ call: Call) throws(S3Refusal) {
        let existing = buckets[call.bucket]?.objects[call.key]
        if let condition = call.request.header("if-match") {
            guard let existing else { throw .noSuchKey(call.key) }
            guard S3EntityTag.matches(condition, existing.eTag) else { throw .preconditionFailed("If-Match") }
        }
        if let condition = call.request.header("if-none-match") {
            guard condition == "*" else { throw .notImplemented }
            guard existing == nil else { throw .preconditionFailed("If-None-Match") }
        }
    }

    private mutating func createBucket(_ call: Call) throws(S3Refusal) -> Answer {
        guard buckets[call.bucket] == nil else {
            throw S3Refusal(
                409,
                "BucketAlreadyOwnedByYou",
                "Your previous request to create the named bucket succeeded and you already own it."
            )
        }
        buckets[call.bucket] = S3Bucket(keepsVersions: locksObjects)
        return Answer(headers: [("Location", "/\(call.bucket)")])
    }
}
