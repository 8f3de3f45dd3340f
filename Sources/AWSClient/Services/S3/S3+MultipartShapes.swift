extension S3 {
    /// Begins an upload in parts.
    package struct CreateMultipartUploadRequest: Sendable {
        /// The bucket.
        package var bucket: String
        /// The checksum that parts will bring.
        package var checksumAlgorithm: ChecksumAlgorithm?
        /// Whether the checksum is that of the whole object or of its parts' checksums.
        package var checksumType: ChecksumType?
        /// The media type.
        package var contentType: String?
        /// The key, 1 to 1024 bytes of UTF-8, as it is: not encoded, not normalised.
        package var key: String
        /// User metadata: ASCII only, names without `x-amz-meta-`.
        package var metadata: [String: String]
        /// How it is encrypted at rest.
        package var serverSideEncryption: ServerSideEncryption?
        /// The KMS key, with `awsKms`.
        package var ssekmsKeyId: String?
        /// Where it is kept; nil for the usual place.
        package var storageClass: StorageClass?
        /// Tags, at most ten.
        package var tagging: [Tag]

        /// Makes a request.
        package init(
            bucket: String,
            checksumAlgorithm: ChecksumAlgorithm? = nil,
            checksumType: ChecksumType? = nil,
            contentType: String? = nil,
            key: String,
            metadata: [String: String] = [:],
            serverSideEncryption: ServerSideEncryption? = nil,
            ssekmsKeyId: String? = nil,
            storageClass: StorageClass? = nil,
            tagging: [Tag] = []
        ) {
            self.bucket = bucket
            self.checksumAlgorithm = checksumAlgorithm
            self.checksumType = checksumType
            self.contentType = contentType
            self.key = key
            self.metadata = metadata
            self.serverSideEncryption = serverSideEncryption
            self.ssekmsKeyId = ssekmsKeyId
            self.storageClass = storageClass
            self.tagging = tagging
        }
    }

    /// The upload that was begun.
    package struct CreateMultipartUploadOutput: Sendable {
        /// The upload.
        package let uploadId: String
    }

    /// Uploads one part; all but the last have at least 5 MiB.
    package struct UploadPartRequest: Sendable {
        /// The bytes.
        package var body: AWSHTTPBody
        /// The bucket.
        package var bucket: String
        /// CRC-32C of the bytes, base64.
        package var checksumCRC32C: String?
        /// CRC-64/NVME of the bytes, base64.
        package var checksumCRC64NVME: String?
        /// SHA-256 of the bytes, base64.
        package var checksumSHA256: String?
        /// MD5 of the bytes, base64: what every store checks.
        package var contentMD5: String?
        /// The key, 1 to 1024 bytes of UTF-8, as it is: not encoded, not normalised.
        package var key: String
        /// The part's number, 1 to 10,000.
        package var partNumber: Int
        /// The checksum that follows a body that streams; nil where none does.
        package var trailer: TrailingChecksum?
        /// The upload.
        package var uploadId: String

        /// Makes a request.
        package init(
            body: AWSHTTPBody,
            bucket: String,
            checksumCRC32C: String? = nil,
            checksumCRC64NVME: String? = nil,
            checksumSHA256: String? = nil,
            contentMD5: String? = nil,
            key: String,
            partNumber: Int,
            trailer: TrailingChecksum? = nil,
            uploadId: String
        ) {
            self.body = body
            self.bucket = bucket
            self.checksumCRC32C = checksumCRC32C
            self.checksumCRC64NVME = checksumCRC64NVME
            self.checksumSHA256 = checksumSHA256
            self.contentMD5 = contentMD5
            self.key = key
            self.partNumber = partNumber
            self.trailer = trailer
            self.uploadId = uploadId
        }
    }

    /// What S3 says of the part.
    package struct UploadPartOutput: Sendable {
        /// CRC-32C of the bytes, base64.
        package let checksumCRC32C: String?
        /// CRC-64/NVME of the bytes, base64.
        package let checksumCRC64NVME: String?
        /// SHA-256 of the bytes, base64.
        package let checksumSHA256: String?
        /// The ETag, with its quotes.
        package let eTag: String?
    }

    /// One part of what is put together.
    package struct CompletedPart: Sendable, Equatable {
        /// CRC-32C of the bytes, base64.
        package var checksumCRC32C: String?
        /// CRC-64/NVME of the bytes, base64.
        package var checksumCRC64NVME: String?
        /// SHA-256 of the bytes, base64.
        package var checksumSHA256: String?
        /// The ETag that the part's upload answered.
        package var eTag: String
        /// The part's number, 1 to 10,000.
        package var partNumber: Int

        /// Makes it from its parts.
        package init(
            checksumCRC32C: String? = nil,
            checksumCRC64NVME: String? = nil,
            checksumSHA256: String? = nil,
            eTag: String,
            partNumber: Int
        ) {
            self.checksumCRC32C = checksumCRC32C
            self.checksumCRC64NVME = checksumCRC64NVME
            self.checksumSHA256 = checksumSHA256
            self.eTag = eTag
            self.partNumber = partNumber
        }
    }

    /// Puts the parts together; the object is visible from then on.
    package struct CompleteMultipartUploadRequest: Sendable {
        /// The bucket.
        package var bucket: String
        /// CRC-32C of the bytes, base64.
        package var checksumCRC32C: String?
        /// CRC-64/NVME of the bytes, base64.
        package var checksumCRC64NVME: String?
        /// SHA-256 of the bytes, base64.
        package var checksumSHA256: String?
        /// Whether the checksum is that of the whole object or of its parts' checksums.
        package var checksumType: ChecksumType?
        /// Only if the object has this ETag.
        package var ifMatch: String?
        /// `*`: only if there is no object under this key.
        package var ifNoneMatch: String?
        /// The key, 1 to 1024 bytes of UTF-8, as it is: not encoded, not normalised.
        package var key: String
        /// How many bytes all parts have together; S3 refuses to complete anything else.
        package var mpuObjectSize: Int64?
        /// The parts, in ascending order.
        package var parts: [CompletedPart]
        /// The upload.
        package var uploadId: String

        /// Makes a request.
        package init(
            bucket: String,
            checksumCRC32C: String? = nil,
            checksumCRC64NVME: String? = nil,
            checksumSHA256: String? = nil,
            checksumType: ChecksumType? = nil,
            ifMatch: String? = nil,
            ifNoneMatch: String? = nil,
            key: String,
            mpuObjectSize: Int64? = nil,
            parts: [CompletedPart],
            uploadId: String
        ) {
            self.bucket = bucket
            self.checksumCRC32C = checksumCRC32C
            self.checksumCRC64NVME = checksumCRC64NVME
            self.checksumSHA256 = checksumSHA256
            self.checksumType = checksumType
            self.ifMatch = ifMatch
            self.ifNoneMatch = ifNoneMatch
            self.key = key
            self.mpuObjectSize = mpuObjectSize
            self.parts = parts
            self.uploadId = uploadId
        }
    }

    /// What S3 says of the whole object.
    package struct CompleteMultipartUploadOutput: Sendable {
        /// CRC-32C of the bytes, base64.
        package let checksumCRC32C: String?
        /// CRC-64/NVME of the bytes, base64.
        package let checksumCRC64NVME: String?
        /// SHA-256 of the bytes, base64.
        package let checksumSHA256: String?
        /// Whether the checksum is that of the whole object or of its parts' checksums.
        package let checksumType: ChecksumType?
        /// The ETag, with its quotes.
        package let eTag: String?
        /// The version, in a versioned bucket.
        package let versionId: String?
    }

    /// Gives an upload up and frees its parts.
    package struct AbortMultipartUploadRequest: Sendable {
        /// The bucket.
        package var bucket: String
        /// The key, 1 to 1024 bytes of UTF-8, as it is: not encoded, not normalised.
        package var key: String
        /// The upload.
        package var uploadId: String

        /// Makes a request.
        package init(bucket: String, key: String, uploadId: String) {
            self.bucket = bucket
            self.key = key
            self.uploadId = uploadId
        }
    }
}
