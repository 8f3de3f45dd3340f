import AWSSigning
import Crypto
import FoundationEssentials
import HTTPTransport
import NIOCore
import NIOHTTP1

extension S3 {
    /// Deletes an object. Idempotent: that there is none is no error.
    ///
    /// - Throws: ``AWSError`` with what the service answered, or why it could not be reached.
    package func deleteObject(_ input: DeleteObjectRequest) async throws -> DeleteObjectOutput {
        var request = try request("DeleteObject", .DELETE, bucket: input.bucket, key: input.key)
        if let version = input.versionId { request.query.append(.init("versionId", version)) }
        let head = S3Head(try await send(request).headers)
        return DeleteObjectOutput(deleteMarker: head.deleteMarker, versionId: head.versionId)
    }

    /// Deletes up to 1000 objects, with an outcome for each.
    ///
    /// - Throws: ``AWSErrorCode/invalidRequest`` for no or too many keys, and for a key with control characters, which
    ///   XML cannot spell: such an object is deleted with ``deleteObject(_:)``.
    package func deleteObjects(_ input: DeleteObjectsRequest) async throws -> DeleteObjectsOutput {
        var request = try request("DeleteObjects", .POST, bucket: input.bucket)
        guard (1...1000).contains(input.objects.count) else { throw request.invalid("1 to 1000 keys at a time") }
        var body = "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        for object in input.objects {
            guard !object.key.isEmpty, let key = XMLText.escaped(object.key) else {
                throw request.invalid("a key is empty or has characters that XML cannot spell")
            }
            body += "<Object><Key>" + key + "</Key>"
            if let version = object.versionId, let text = XMLText.escaped(version) {
                body += "<VersionId>" + text + "</VersionId>"
            }
            body += "</Object>"
        }
        body += "</Delete>"
        let bytes = ByteBuffer(string: body)
        // S3 refuses this request without a checksum of its body.
        try request.set(
            input.checksumAlgorithm == nil
                ? BodyChecksums(md5: bytes.base64MD5) : BodyChecksums(sha256: bytes.base64SHA256)
        )
        try request.set("Content-Type", "application/xml")
        request.query = [QueryItem("delete")]
        request.body = .bytes(bytes)
        request.responseBody = .collectedMayBeError(limit: 32 << 20)
        let (root, _) = try await xml(request, root: "DeleteResult")
        return DeleteObjectsOutput(
            deleted: root.all("Deleted").map { DeletedObject(key: $0["Key"] ?? "", versionId: $0["VersionId"]) },
            errors: root.all("Error").map {
                ObjectError(
                    code: AWSErrorCode(rawValue: $0["Code"] ?? "Unknown"),
                    key: $0["Key"] ?? "",
                    message: $0["Message"] ?? "",
                    versionId: $0["VersionId"]
                )
            }
        )
    }

    /// Copies an object inside S3, at most 5 GiB. Idempotent.
    ///
    /// S3 may find an error after it has begun to answer 200; that is an error here as well.
    ///
    /// - Throws: ``AWSError`` with what the service answered, or why it could not be reached.
    package func copyObject(_ input: CopyObjectRequest) async throws -> CopyObjectOutput {
        var request = try request("CopyObject", .PUT, bucket: input.bucket, key: input.key)
        let source = "/" + input.copySourceBucket + "/" + PercentEncoding.path(input.copySourceKey)
        try request.set("x-amz-copy-source", source)
        if let owner = owner(of: input.copySourceBucket) {
            request.headers.add(name: "x-amz-source-expected-bucket-owner", value: owner)
        }
        try request.set("x-amz-copy-source-if-match", input.copySourceIfMatch)
        try request.set("x-amz-metadata-directive", "REPLACE")
        if input.replacesTags { try request.set("x-amz-tagging-directive", "REPLACE") }
        try request.set("Content-Type", input.contentType)
        try request.set(metadata: input.metadata)
        try request.set(tagging: input.tagging)
        try request.set("x-amz-storage-class", input.storageClass?.rawValue)
        try request.set(encryption: input.serverSideEncryption, keyID: input.ssekmsKeyId)
        request.responseBody = .collectedMayBeError(limit: 1 << 20)
        let (root, headers) = try await xml(request, root: "CopyObjectResult")
        return CopyObjectOutput(
            checksumCRC32C: root["ChecksumCRC32C"],
            checksumCRC64NVME: root["ChecksumCRC64NVME"],
            checksumSHA256: root["ChecksumSHA256"],
            eTag: root["ETag"],
            lastModified: root["LastModified"].flatMap(DateText.iso8601),
            versionId: S3Head(headers).versionId
        )
    }
}

extension ByteBuffer {
    /// The SHA-256 of what is readable, base64.
    var base64SHA256: String {
        Data(withUnsafeReadableBytes { SHA256.hash(data: $0) }).base64EncodedString()
    }

    /// The MD5 of what is readable, base64.
    var base64MD5: String {
        Data(withUnsafeReadableBytes { Insecure.MD5.hash(data: $0) }).base64EncodedString()
    }
}
