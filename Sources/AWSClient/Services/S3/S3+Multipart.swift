import AWSSigning
import HTTPTransport
import NIOCore
import NIOHTTP1

extension S3 {
    /// Begins an upload in parts. Not idempotent: an attempt whose answer was lost leaves an upload behind, which a
    /// lifecycle rule or ``listMultipartUploads(_:)`` finds.
    ///
    /// - Throws: ``AWSError`` with what the service answered, or why it could not be reached.
    package func createMultipartUpload(
        _ input: CreateMultipartUploadRequest
    ) async throws -> CreateMultipartUploadOutput {
        var request = try request("CreateMultipartUpload", .POST, bucket: input.bucket, key: input.key)
        request.query = [QueryItem("uploads")]
        try request.set("Content-Type", input.contentType)
        try request.set("x-amz-checksum-algorithm", input.checksumAlgorithm?.rawValue)
        try request.set("x-amz-checksum-type", input.checksumType?.rawValue)
        try request.set(metadata: input.metadata)
        try request.set(tagging: input.tagging)
        try request.set("x-amz-storage-class", input.storageClass?.rawValue)
        try request.set(encryption: input.serverSideEncryption, keyID: input.ssekmsKeyId)
        let (root, _) = try await xml(request, root: "InitiateMultipartUploadResult")
        guard let uploadId = root["UploadId"], !uploadId.isEmpty else {
            throw request.malformed("the upload has no identifier")
        }
        return CreateMultipartUploadOutput(uploadId: uploadId)
    }

    /// Uploads one part. Idempotent: the part takes the place of an earlier one of its number.
    ///
    /// - Throws: ``AWSError`` with what the service answered, or why it could not be reached.
    package func uploadPart(_ input: UploadPartRequest) async throws -> UploadPartOutput {
        var request = try request("UploadPart", .PUT, bucket: input.bucket, key: input.key)
        guard (1...10_000).contains(input.partNumber) else { throw request.invalid("parts are numbered 1 to 10,000") }
        request.query = [QueryItem("partNumber", String(input.partNumber)), QueryItem("uploadId", input.uploadId)]
        try request.set(
            BodyChecksums(
                crc32c: input.checksumCRC32C,
                crc64nvme: input.checksumCRC64NVME,
                md5: input.contentMD5,
                sha256: input.checksumSHA256
            )
        )
        try request.set(body: input.body)
        if let trailer = input.trailer { try request.add(trailer) }
        let head = S3Head(try await send(request).headers)
        return UploadPartOutput(
            checksumCRC32C: head.checksumCRC32C,
            checksumCRC64NVME: head.checksumCRC64NVME,
            checksumSHA256: head.checksumSHA256,
            eTag: head.eTag
        )
    }

    /// Puts the parts together. S3 may find an error after it has begun to answer 200; that is an error here as well.
    ///
    /// - Throws: ``AWSErrorCode/noSuchUpload`` also when an earlier attempt succeeded and its answer was lost: callers
    ///   then look whether the object is there.
    package func completeMultipartUpload(
        _ input: CompleteMultipartUploadRequest
    ) async throws -> CompleteMultipartUploadOutput {
        var request = try request("CompleteMultipartUpload", .POST, bucket: input.bucket, key: input.key)
        request.query = [QueryItem("uploadId", input.uploadId)]
        try request.set("Content-Type", "application/xml")
        try request.set("If-Match", input.ifMatch)
        try request.set("If-None-Match", input.ifNoneMatch)
        // These are about the object, not about this request's body.
        try request.set(
            BodyChecksums(
                crc32c: input.checksumCRC32C,
                crc64nvme: input.checksumCRC64NVME,
                sha256: input.checksumSHA256
            ),
            namesAlgorithm: false
        )
        try request.set("x-amz-checksum-type", input.checksumType?.rawValue)
        try request.set("x-amz-mp-object-size", input.mpuObjectSize.map { String($0) })
        request.body = .bytes(ByteBuffer(string: try Self.xml(of: input.parts, for: request)))
        request.responseBody = .collectedMayBeError(limit: 1 << 20)
        let (root, headers) = try await xml(request, root: "CompleteMultipartUploadResult")
        return CompleteMultipartUploadOutput(
            checksumCRC32C: root["ChecksumCRC32C"],
            checksumCRC64NVME: root["ChecksumCRC64NVME"],
            checksumSHA256: root["ChecksumSHA256"],
            checksumType: root["ChecksumType"].flatMap(ChecksumType.init),
            eTag: root["ETag"],
            versionId: S3Head(headers).versionId
        )
    }

    /// Gives an upload up.
    ///
    /// - Throws: ``AWSError`` with what the service answered, or why it could not be reached.
    package func abortMultipartUpload(_ input: AbortMultipartUploadRequest) async throws {
        var request = try request("AbortMultipartUpload", .DELETE, bucket: input.bucket, key: input.key)
        request.query = [QueryItem("uploadId", input.uploadId)]
        _ = try await send(request)
    }

    private static func xml(of parts: [CompletedPart], for request: AWSRequest) throws -> String {
        guard !parts.isEmpty else { throw request.invalid("an upload has at least one part") }
        var text = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        for part in parts {
            text += "<Part>"
            for (name, value) in [
                ("PartNumber", String(part.partNumber)), ("ETag", part.eTag),
                ("ChecksumCRC32C", part.checksumCRC32C), ("ChecksumSHA256", part.checksumSHA256),
                ("ChecksumCRC64NVME", part.checksumCRC64NVME),
            ] {
                guard let value else { continue }
                guard let escaped = XMLText.escaped(value) else {
                    throw request.invalid("a part's \(name) is not text")
                }
                text += "<" + name + ">" + escaped + "</" + name + ">"
            }
            text += "</Part>"
        }
        return text + "</CompleteMultipartUpload>"
    }
}
