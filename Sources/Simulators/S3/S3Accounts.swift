/// A request that the store has answered, or not.
package struct S3LogEntry: Sendable {
    /// Counted from 1.
    package let number: Int
    /// Nil for a request that is none of the protocol's.
    package let operation: S3Operation?
    /// The bucket.
    package let bucket: String
    /// The key, empty where the bucket is meant.
    package let key: String
    /// The number of an uploaded part.
    package let partNumber: Int?
    /// The faults that struck it.
    package internal(set) var faults: Set<S3Fault> = []
    /// The status of the answer; nil while there is none, and when the connection was cut instead.
    package internal(set) var status: Int?
    /// The code of the error that was answered, also of one with status 200.
    package internal(set) var code: String?
    /// Bytes of the request's body that came.
    package internal(set) var bytesReceived: Int64 = 0
    /// Bytes of the answer's body that were sent.
    package internal(set) var bytesSent: Int64 = 0
}

/// What the store knows of one object.
package struct S3ObjectAccount: Sendable {
    /// The key.
    package let key: String
    /// Size in bytes.
    package let size: Int64
    /// Without its quotes.
    package let eTag: String
    /// CRC-64/NVME of all bytes, base64.
    package let crc64NVME: String
    /// The checksum that readers are told: its kind, its value, and what it is taken over.
    package let checksum: (algorithm: String, value: String, type: String)
    /// The media type.
    package let contentType: String
    /// User metadata, names in lower case.
    package let metadata: [String: String]
    /// The tags.
    package let tags: [String: String]
    /// How it is encrypted, and with which key of KMS.
    package let encryption: (algorithm: String, keyID: String?)?
}

/// What the store knows of one open upload.
package struct S3UploadAccount: Sendable {
    /// The identifier.
    package let id: String
    /// The key.
    package let key: String
    /// The sizes of the parts by number.
    package let parts: [Int: Int64]
}

/// One moment of a request, at which a test can interfere.
package struct S3Moment: Sendable {
    /// The request's number, from 1.
    package let number: Int
    /// What is asked.
    package let operation: S3Operation
    /// False when the head has come, true when everything is done but the answer.
    package let isDone: Bool
}

extension S3ObjectAccount {
    init(_ key: S3Key, _ object: S3Object) {
        self.key = key.text
        size = object.content.length
        eTag = object.eTag
        crc64NVME = object.crc64NVME.value
        let checksum = object.checksum
        self.checksum = (checksum.algorithm.rawValue, checksum.value, checksum.type.rawValue)
        contentType = object.attributes.contentType
        metadata = Dictionary(object.attributes.metadata.map { ($0.name, $0.value) }) { first, _ in first }
        tags = Dictionary(object.attributes.tags.map { ($0.name, $0.value) }) { first, _ in first }
        encryption = object.attributes.encryption.map { ($0.algorithm, $0.keyID) }
    }
}

extension S3UploadAccount {
    init(_ upload: S3Upload) {
        id = upload.id
        key = upload.key.text
        parts = upload.parts.mapValues { $0.facts.length }
    }
}
