package import struct FoundationEssentials.Date

extension S3 {
    /// Lists the parts that an upload has.
    package struct ListPartsRequest: Sendable {
        /// The bucket.
        package var bucket: String
        /// The key, 1 to 1024 bytes of UTF-8, as it is: not encoded, not normalised.
        package var key: String
        /// How many a page has at most, up to 1000.
        package var maxParts: Int?
        /// After which part to go on.
        package var partNumberMarker: String?
        /// The upload.
        package var uploadId: String

        /// Makes a request.
        package init(
            bucket: String,
            key: String,
            maxParts: Int? = nil,
            partNumberMarker: String? = nil,
            uploadId: String
        ) {
            self.bucket = bucket
            self.key = key
            self.maxParts = maxParts
            self.partNumberMarker = partNumberMarker
            self.uploadId = uploadId
        }
    }

    /// One part of an upload.
    package struct Part: Sendable, Equatable {
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
        /// The part's number, 1 to 10,000.
        package let partNumber: Int
        /// How many bytes it has.
        package let size: Int64
    }

    /// One page of an upload's parts.
    package struct ListPartsOutput: Sendable {
        /// Whether there is a page after this.
        package let isTruncated: Bool
        /// After which part it begins.
        package let nextPartNumberMarker: String?
        /// The parts.
        package let parts: [Part]
    }

    /// Lists the uploads that were begun and neither completed nor aborted.
    package struct ListMultipartUploadsRequest: Sendable {
        /// The bucket.
        package var bucket: String
        /// After which key to go on.
        package var keyMarker: String?
        /// How many a page has at most, up to 1000.
        package var maxUploads: Int?
        /// Only keys that begin so.
        package var prefix: String?
        /// After which upload of that key to go on.
        package var uploadIdMarker: String?

        /// Makes a request.
        package init(
            bucket: String,
            keyMarker: String? = nil,
            maxUploads: Int? = nil,
            prefix: String? = nil,
            uploadIdMarker: String? = nil
        ) {
            self.bucket = bucket
            self.keyMarker = keyMarker
            self.maxUploads = maxUploads
            self.prefix = prefix
            self.uploadIdMarker = uploadIdMarker
        }
    }

    /// One upload that is open.
    package struct MultipartUpload: Sendable, Equatable {
        /// When it was begun.
        package let initiated: Date?
        /// The key, 1 to 1024 bytes of UTF-8, as it is: not encoded, not normalised.
        package let key: String
        /// The upload.
        package let uploadId: String
    }

    /// One page of open uploads.
    package struct ListMultipartUploadsOutput: Sendable {
        /// Whether there is a page after this.
        package let isTruncated: Bool
        /// After which key it begins.
        package let nextKeyMarker: String?
        /// After which upload of that key it begins.
        package let nextUploadIdMarker: String?
        /// The uploads.
        package let uploads: [MultipartUpload]
    }
}
