import AWSSigning
import FoundationEssentials
import HTTPTransport
import NIOHTTP1

extension AWSRequest {
    /// Adds a header field, if there is a value.
    ///
    /// - Throws: ``AWSErrorCode/invalidRequest`` for what a header field cannot carry: anything but printable ASCII.
    mutating func set(_ name: String, _ value: String?) throws {
        guard let value else { return }
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
            throw invalid("the value of \(name) is not printable ASCII")
        }
        headers.add(name: name, value: value)
    }

    /// Sets the body.
    mutating func set(body: AWSHTTPBody) throws {
        guard let body = body.requestBody else { throw invalid("the body of a request has a known length") }
        self.body = body
    }

    /// Adds the user metadata.
    mutating func set(metadata: [String: String]) throws {
        for (name, value) in metadata {
            let isName = !name.isEmpty && name.utf8.allSatisfy(Endpoint.isHostByte)
            guard isName else { throw invalid("the name of a metadata field is not letters, digits, - and .") }
            guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
                throw invalid("a metadata value is not printable ASCII; encode it first")
            }
            headers.add(name: "x-amz-meta-" + name, value: value)
        }
    }

    /// Adds the tags.
    mutating func set(tagging tags: [S3.Tag]) throws {
        guard !tags.isEmpty else { return }
        guard tags.count <= 10 else { throw invalid("an object has at most ten tags") }
        headers.add(name: "x-amz-tagging", value: tags.map { QueryItem($0.key, $0.value) }.canonicalQuery)
    }

    /// Adds how the object is encrypted.
    mutating func set(encryption: S3.ServerSideEncryption?, keyID: String?) throws {
        try set("x-amz-server-side-encryption", encryption?.rawValue)
        try set("x-amz-server-side-encryption-aws-kms-key-id", keyID)
    }

    /// Adds the checksums of the body, and which kind they are.
    mutating func set(_ checksums: BodyChecksums, namesAlgorithm: Bool = true) throws {
        try set("x-amz-checksum-sha256", checksums.sha256)
        try set("x-amz-checksum-crc64nvme", checksums.crc64nvme)
        try set("x-amz-checksum-crc32c", checksums.crc32c)
        try set("Content-MD5", checksums.md5)
        if namesAlgorithm { try set("x-amz-sdk-checksum-algorithm", checksums.algorithm?.rawValue) }
    }

    /// Sends the body in chunks, with a checksum after the last one.
    mutating func add(_ trailer: S3.TrailingChecksum) throws {
        guard case .stream(length: let length, let bytes) = body else {
            throw invalid("a checksum follows a body that streams; any other has it in front")
        }
        let chunked = ChunkedBody(bytes: bytes, length: length, trailer: trailer)
        try set("Content-Encoding", "aws-chunked")
        try set("x-amz-decoded-content-length", String(length))
        try set("x-amz-trailer", trailer.header)
        try set("x-amz-sdk-checksum-algorithm", trailer.algorithm.rawValue)
        body = .stream(length: chunked.encodedLength, chunked)
        payload = .unsignedWithTrailer
    }
}

/// The checksums that a request gives of its body, base64.
struct BodyChecksums {
    var crc32c: String?
    var crc64nvme: String?
    var md5: String?
    var sha256: String?

    var algorithm: S3.ChecksumAlgorithm? {
        if sha256 != nil { return .sha256 }
        if crc64nvme != nil { return .crc64nvme }
        return crc32c == nil ? nil : .crc32c
    }
}

/// What the header fields of an answer say of an object.
struct S3Head {
    private let headers: HTTPHeaders

    init(_ headers: HTTPHeaders) {
        self.headers = headers
    }

    var checksumSHA256: String? { headers.first(name: "x-amz-checksum-sha256") }
    var checksumCRC32C: String? { headers.first(name: "x-amz-checksum-crc32c") }
    var checksumCRC64NVME: String? { headers.first(name: "x-amz-checksum-crc64nvme") }
    var checksumType: S3.ChecksumType? { headers.first(name: "x-amz-checksum-type").flatMap(S3.ChecksumType.init) }
    var contentLength: Int64? { headers.first(name: "content-length").flatMap { Int64($0) } }
    var contentRange: String? { headers.first(name: "content-range") }
    var contentType: String? { headers.first(name: "content-type") }
    var eTag: String? { headers.first(name: "etag") }
    var lastModified: Date? { headers.first(name: "last-modified").flatMap(DateText.httpDate) }
    var versionId: String? { headers.first(name: "x-amz-version-id") }
    var deleteMarker: Bool { headers.first(name: "x-amz-delete-marker") == "true" }

    var serverSideEncryption: S3.ServerSideEncryption? {
        headers.first(name: "x-amz-server-side-encryption").flatMap(S3.ServerSideEncryption.init)
    }

    /// The user metadata, names in lower case.
    var metadata: [String: String] {
        var found: [String: String] = [:]
        for (name, value) in headers {
            let name = name.lowercased()
            if name.hasPrefix("x-amz-meta-") { found[String(name.dropFirst(11))] = value }
        }
        return found
    }
}
