package import struct FoundationEssentials.Date

extension S3 {
    /// Writes an object in one request.
    package struct PutObjectRequest: Sendable {
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
        /// The media type.
        package var contentType: String?
        /// Only if the object has this ETag.
        package var ifMatch: String?
        /// `*`: only if there is no object under this key.
        package var ifNoneMatch: String?
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
            body: AWSHTTPBody,
            bucket: String,
            checksumCRC32C: String? = nil,
            checksumCRC64NVME: String? = nil,
            checksumSHA256: String? = nil,
            contentMD5: String? = nil,
            contentType: String? = nil,
            ifMatch: String? = nil,
            ifNoneMatch: String? = nil,
            key: String,
            metadata: [String: String] = [:],
            serverSideEncryption: ServerSideEncryption? = nil,
            ssekmsKeyId: String? = nil,
            storageClass: StorageClass? = nil,
            tagging: [Tag] = []
        ) {
            self.body = body
            self.bucket = bucket
            self.checksumCRC32C = checksumCRC32C
            self.checksumCRC64NVME = checksumCRC64NVME
            self.checksumSHA256 = checksumSHA256
            self.contentMD5 = contentMD5
            self.contentType = contentType
            self.ifMatch = ifMatch
            self.ifNoneMatch = ifNoneMatch
            self.key = key
            self.metadata = metadata
            self.serverSideEncryption = serverSideEncryption
            self.ssekmsKeyId = ssekmsKeyId
            self.storageClass = storageClass
            self.tagging = tagging
        }
    }

    /// What S3 says of the object it has written.
    package struct PutObjectOutput: Sendable {
        /// CRC-32C of the bytes, base64.
        package let checksumCRC32C: String?
        /// CRC-64/NVME of the bytes, base64.
        package let checksumCRC64NVME: String?
        /// SHA-256 of the bytes, base64.
        package let checksumSHA256: String?
        /// The ETag, with its quotes.
        package let eTag: String?
        /// How it is encrypted at rest.
        package let serverSideEncryption: ServerSideEncryption?
        /// The version, in a versioned bucket.
        package let versionId: String?
    }

    /// Reads an object, or a range of it.
    package struct GetObjectRequest: Sendable {
        /// The bucket.
        package var bucket: String
        /// Asks for the stored checksums.
        package var checksumMode: ChecksumMode?
        /// Only if the object has this ETag.
        package var ifMatch: String?
        /// The key, 1 to 1024 bytes of UTF-8, as it is: not encoded, not normalised.
        package var key: String
        /// The bytes asked for, such as `bytes=0-9`.
        package var range: String?
        /// The version, in a versioned bucket.
        package var versionId: String?

        /// Makes a request.
        package init(
            bucket: String,
            checksumMode: ChecksumMode? = nil,
            ifMatch: String? = nil,
            key: String,
            range: String? = nil,
            versionId: String? = nil
        ) {
            self.bucket = bucket
            self.checksumMode = checksumMode
            self.ifMatch = ifMatch
            self.key = key
            self.range = range
            self.versionId = versionId
        }
    }

    /// An object: what is known of it, and its bytes to be pulled.
    package struct GetObjectOutput: Sendable {
        /// The bytes, read from the connection as they are iterated, once.
        package let body: AWSHTTPBody
        /// CRC-32C of the bytes, base64.
        package let checksumCRC32C: String?
        /// CRC-64/NVME of the bytes, base64.
        package let checksumCRC64NVME: String?
        /// SHA-256 of the bytes, base64.
        package let checksumSHA256: String?
        /// Whether the checksum is that of the whole object or of its parts' checksums.
        package let checksumType: ChecksumType?
        /// How many bytes the body has.
        package let contentLength: Int64?
        /// Which bytes they are, such as `bytes 0-9/443`.
        package let contentRange: String?
        /// The media type.
        package let contentType: String?
        /// The ETag, with its quotes.
        package let eTag: String?
        /// When the object was written, to the second.
        package let lastModified: Date?
        /// User metadata: ASCII only, names without `x-amz-meta-`.
        package let metadata: [String: String]
        /// How it is encrypted at rest.
        package let serverSideEncryption: ServerSideEncryption?
        /// The version, in a versioned bucket.
        package let versionId: String?
    }

    /// Asks what is known of an object.
    package struct HeadObjectRequest: Sendable {
        /// The bucket.
        package var bucket: String
        /// Asks for the stored checksums.
        package var checksumMode: ChecksumMode?
        /// Only if the object has this ETag.
        package var ifMatch: String?
        /// The key, 1 to 1024 bytes of UTF-8, as it is: not encoded, not normalised.
        package var key: String
        /// The version, in a versioned bucket.
        package var versionId: String?

        /// Makes a request.
        package init(
            bucket: String,
            checksumMode: ChecksumMode? = nil,
            ifMatch: String? = nil,
            key: String,
            versionId: String? = nil
        ) {
            self.bucket = bucket
            self.checksumMode = checksumMode
            self.ifMatch = ifMatch
            self.key = key
            self.versionId = versionId
        }
    }

    /// What is known of an object.
    package struct HeadObjectOutput: Sendable {
        /// CRC-32C of the bytes, base64.
        package let checksumCRC32C: String?
        /// CRC-64/NVME of the bytes, base64.
        package let checksumCRC64NVME: String?
        /// SHA-256 of the bytes, base64.
        package let checksumSHA256: String?
        /// Whether the checksum is that of the whole object or of its parts' checksums.
        package let checksumType: ChecksumType?
        /// How many bytes the body has.
        package let contentLength: Int64?
        /// The media type.
        package let contentType: String?
        /// The ETag, with its quotes.
        package let eTag: String?
        /// When the object was written, to the second.
        package let lastModified: Date?
        /// User metadata: ASCII only, names without `x-amz-meta-`.
        package let metadata: [String: String]
        /// How it is encrypted at rest.
        package let serverSideEncryption: ServerSideEncryption?
        /// The version, in a versioned bucket.
        package let versionId: String?
    }
}
