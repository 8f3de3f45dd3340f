import AWSSigning
import HTTPTransport
import NIOHTTP1

extension S3 {
    /// Writes an object in one request, at most 5 GiB. Idempotent without `ifMatch` and `ifNoneMatch`.
    ///
    /// - Throws: ``AWSErrorCode/preconditionFailed`` when a condition does not hold, ``AWSErrorCode/badDigest`` when other
    ///   bytes arrived than were meant.
    package func putObject(_ input: PutObjectRequest) async throws -> PutObjectOutput {
        var request = try request("PutObject", .PUT, bucket: input.bucket, key: input.key)
        try request.set("Content-Type", input.contentType)
        try request.set("If-Match", input.ifMatch)
        try request.set("If-None-Match", input.ifNoneMatch)
        try request.set(
            BodyChecksums(
                crc32c: input.checksumCRC32C,
                crc64nvme: input.checksumCRC64NVME,
                md5: input.contentMD5,
                sha256: input.checksumSHA256
            )
        )
        try request.set(metadata: input.metadata)
        try request.set(tagging: input.tagging)
        try request.set("x-amz-storage-class", input.storageClass?.rawValue)
        try request.set(encryption: input.serverSideEncryption, keyID: input.ssekmsKeyId)
        try request.set(body: input.body)
        let head = S3Head(try await send(request).headers)
        return PutObjectOutput(
            checksumCRC32C: head.checksumCRC32C,
            checksumCRC64NVME: head.checksumCRC64NVME,
            checksumSHA256: head.checksumSHA256,
            eTag: head.eTag,
            serverSideEncryption: head.serverSideEncryption,
            versionId: head.versionId
        )
    }

    /// Reads an object or a range of it. The body is pulled by the caller; only getting its head is retried.
    ///
    /// - Throws: ``AWSErrorCode/noSuchKey``, ``AWSErrorCode/preconditionFailed``, ``AWSErrorCode/invalidRange``.
    package func getObject(_ input: GetObjectRequest) async throws -> GetObjectOutput {
        var request = try request("GetObject", .GET, bucket: input.bucket, key: input.key)
        try request.set("If-Match", input.ifMatch)
        try request.set("Range", input.range)
        try request.set("x-amz-checksum-mode", input.checksumMode?.rawValue)
        if let version = input.versionId { request.query.append(.init("versionId", version)) }
        request.responseBody = .streamed
        let response = try await send(request)
        let head = S3Head(response.headers)
        return GetObjectOutput(
            body: response.body,
            checksumCRC32C: head.checksumCRC32C,
            checksumCRC64NVME: head.checksumCRC64NVME,
            checksumSHA256: head.checksumSHA256,
            checksumType: head.checksumType,
            contentLength: head.contentLength,
            contentRange: head.contentRange,
            contentType: head.contentType,
            eTag: head.eTag,
            lastModified: head.lastModified,
            metadata: head.metadata,
            serverSideEncryption: head.serverSideEncryption,
            versionId: head.versionId
        )
    }

    /// Asks what is known of an object.
    ///
    /// - Throws: ``AWSErrorCode/notFound`` when there is none: this answer has no body that could say more.
    package func headObject(_ input: HeadObjectRequest) async throws -> HeadObjectOutput {
        var request = try request("HeadObject", .HEAD, bucket: input.bucket, key: input.key)
        try request.set("If-Match", input.ifMatch)
        try request.set("x-amz-checksum-mode", input.checksumMode?.rawValue)
        if let version = input.versionId { request.query.append(.init("versionId", version)) }
        let head = S3Head(try await send(request).headers)
        return HeadObjectOutput(
            checksumCRC32C: head.checksumCRC32C,
            checksumCRC64NVME: head.checksumCRC64NVME,
            checksumSHA256: head.checksumSHA256,
            checksumType: head.checksumType,
            contentLength: head.contentLength,
            contentType: head.contentType,
            eTag: head.eTag,
            lastModified: head.lastModified,
            metadata: head.metadata,
            serverSideEncryption: head.serverSideEncryption,
            versionId: head.versionId
        )
    }
}
