package import struct FoundationEssentials.Date

extension S3 {
    /// Deletes an object; that there is none is no error.
    package struct DeleteObjectRequest: Sendable {
        /// The bucket.
        package var bucket: String
        /// The key, 1 to 1024 bytes of UTF-8, as it is: not encoded, not normalised.
        package var key: String
        /// The version, in a versioned bucket.
        package var versionId: String?

        /// Makes a request.
        package init(bucket: String, key: String, versionId: String? = nil) {
            self.bucket = bucket
            self.key = key
            self.versionId = versionId
        }
    }

    /// What S3 says of a deletion.
    package struct DeleteObjectOutput: Sendable {
        /// Whether a marker was written in a versioned bucket.
        package let deleteMarker: Bool
        /// The version, in a versioned bucket.
        package let versionId: String?
    }

    /// One object to be deleted.
    package struct ObjectIdentifier: Sendable, Equatable {
        /// The key, 1 to 1024 bytes of UTF-8, as it is: not encoded, not normalised.
        package var key: String
        /// The version, in a versioned bucket.
        package var versionId: String?

        /// Makes it from its parts.
        package init(key: String, versionId: String? = nil) {
            self.key = key
            self.versionId = versionId
        }
    }

    /// Deletes up to 1000 objects.
    package struct DeleteObjectsRequest: Sendable {
        /// The bucket.
        package var bucket: String
        /// What vouches for the request's own body: SHA-256, or MD5 where nothing is named.
        package var checksumAlgorithm: ChecksumAlgorithm?
        /// What to delete, 1 to 1000.
        package var objects: [ObjectIdentifier]

        /// Makes a request.
        package init(
            bucket: String,
            checksumAlgorithm: ChecksumAlgorithm? = .sha256,
            objects: [ObjectIdentifier]
        ) {
            self.bucket = bucket
            self.checksumAlgorithm = checksumAlgorithm
            self.objects = objects
        }
    }

    /// One object that is gone.
    package struct DeletedObject: Sendable, Equatable {
        /// The key, 1 to 1024 bytes of UTF-8, as it is: not encoded, not normalised.
        package let key: String
        /// The version, in a versioned bucket.
        package let versionId: String?
    }

    /// One object that could not be deleted.
    package struct ObjectError: Sendable, Equatable {
        /// What went wrong.
        package let code: AWSErrorCode
        /// The key, 1 to 1024 bytes of UTF-8, as it is: not encoded, not normalised.
        package let key: String
        /// What S3 says of it.
        package let message: String
        /// The version, in a versioned bucket.
        package let versionId: String?
    }

    /// The outcome for each object. The request as a whole succeeds even when none was deleted.
    package struct DeleteObjectsOutput: Sendable {
        /// Those that are gone.
        package let deleted: [DeletedObject]
        /// Those that are not.
        package let errors: [ObjectError]
    }

    /// Copies an object of up to 5 GiB inside S3. Metadata and tags are replaced by those given here.
    package struct CopyObjectRequest: Sendable {
        /// The bucket.
        package var bucket: String
        /// The media type.
        package var contentType: String?
        /// The bucket to copy from.
        package var copySourceBucket: String
        /// Only if the source has this ETag.
        package var copySourceIfMatch: String?
        /// The key to copy from.
        package var copySourceKey: String
        /// The key, 1 to 1024 bytes of UTF-8, as it is: not encoded, not normalised.
        package var key: String
        /// User metadata: ASCII only, names without `x-amz-meta-`.
        package var metadata: [String: String]
        /// Whether the tags are replaced, too; a store that knows none must not be asked.
        package var replacesTags: Bool
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
            contentType: String? = nil,
            copySourceBucket: String,
            copySourceIfMatch: String? = nil,
            copySourceKey: String,
            key: String,
            metadata: [String: String] = [:],
            replacesTags: Bool = true,
            serverSideEncryption: ServerSideEncryption? = nil,
            ssekmsKeyId: String? = nil,
            storageClass: StorageClass? = nil,
            tagging: [Tag] = []
        ) {
            self.bucket = bucket
            self.contentType = contentType
            self.copySourceBucket = copySourceBucket
            self.copySourceIfMatch = copySourceIfMatch
            self.copySourceKey = copySourceKey
            self.key = key
            self.metadata = metadata
            self.replacesTags = replacesTags
            self.serverSideEncryption = serverSideEncryption
            self.ssekmsKeyId = ssekmsKeyId
            self.storageClass = storageClass
            self.tagging = tagging
        }
    }

    /// What S3 says of the copy.
    package struct CopyObjectOutput: Sendable {
        /// CRC-32C of the bytes, base64.
        package let checksumCRC32C: String?
        /// CRC-64/NVME of the bytes, base64.
        package let checksumCRC64NVME: String?
        /// SHA-256 of the bytes, base64.
        package let checksumSHA256: String?
        /// The ETag, with its quotes.
        package let eTag: String?
        /// When the object was written, to the second.
        package let lastModified: Date?
        /// The version, in a versioned bucket.
        package let versionId: String?
    }

    /// Makes a bucket in the client's region.
    package struct CreateBucketRequest: Sendable {
        /// The bucket.
        package var bucket: String

        /// Makes a request.
        package init(bucket: String) {
            self.bucket = bucket
        }
    }
}
