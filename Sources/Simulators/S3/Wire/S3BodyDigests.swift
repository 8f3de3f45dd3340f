import Crypto
import FoundationEssentials
import NIOCore

/// What a request claims of its body.
struct S3BodyClaims: Sendable {
    let payload: S3Payload
    /// Base64.
    let contentMD5: String?
    let checksum: S3Checksum?
    /// The checksum that is to come after the body.
    let trailer: S3ChecksumAlgorithm?

    init(_ request: S3Request, payload: S3Payload) throws(S3Refusal) {
        self.payload = payload
        contentMD5 = request.header("content-md5")
        if let contentMD5, Data(base64Encoded: contentMD5)?.count != 16 { throw .invalidDigest }
        checksum = try S3Checksum(request.headers)
        let trailerName = request.header("x-amz-trailer")?.lowercased()
        trailer = S3ChecksumAlgorithm.allCases.first { $0.header == trailerName }
        if let trailerName, trailer == nil || payload != .unsignedWithTrailer {
            throw .invalidRequest("The value specified in the x-amz-trailer header is not supported: \(trailerName)")
        }
        if request.header("x-amz-sdk-checksum-algorithm") != nil, checksum == nil, trailer == nil {
            throw .invalidRequest(
                "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found."
            )
        }
    }

    /// What the store takes of the body where the client gives nothing.
    var wanted: S3ChecksumAlgorithm?

    /// The kind of checksum that the body comes with, in its head or in its trailer.
    var algorithm: S3ChecksumAlgorithm? { checksum?.algorithm ?? trailer }
}

/// Everything that is taken of a body while it passes.
struct S3BodyDigests: Sendable {
    private(set) var length: Int64 = 0
    private var md5 = Insecure.MD5()
    private var payload: SHA256?
    private var claimed: S3ChecksumHasher?
    private var crc64 = S3ChecksumHasher(.crc64nvme)

    init(_ claims: S3BodyClaims) {
        if case .sha256 = claims.payload { payload = SHA256() }
        claimed = (claims.algorithm ?? claims.wanted).flatMap { $0 == .crc64nvme ? nil : S3ChecksumHasher($0) }
    }

    mutating func update(_ buffer: ByteBuffer) {
        length += Int64(buffer.readableBytes)
        buffer.withUnsafeReadableBytes { bytes in
            md5.update(bufferPointer: bytes)
            payload?.update(bufferPointer: bytes)
            claimed?.update(bytes)
            crc64.update(bytes)
        }
    }

    /// Compares with what the request claims and, where there is one, with the trailer.
    ///
    /// - Returns: what is to be kept of it.
    func verify(_ claims: S3BodyClaims, trailers: [String: String]) throws(S3Refusal) -> S3BodyFacts {
        let digest = Array(md5.finalize())
        if case .sha256(let expected) = claims.payload, let payload, Hex.encode(payload.finalize()) != expected {
            throw S3Refusal(
                400,
                "XAmzContentSHA256Mismatch",
                "The provided 'x-amz-content-sha256' header does not match what was computed."
            )
        }
        if let expected = claims.contentMD5, Data(digest).base64EncodedString() != expected {
            throw S3Refusal(400, "BadDigest", "The Content-MD5 you specified did not match what we received.")
        }
        var expected = claims.checksum
        if let algorithm = claims.trailer {
            guard let value = trailers[algorithm.header] else {
                throw S3Refusal(
                    400,
                    "MalformedTrailerError",
                    "The request contained trailing data that was not well-formed or did not conform to our published schema."
                )
            }
            expected = try S3Checksum(algorithm, value)
        }
        let found = claimed?.checksum ?? crc64.checksum
        if let expected, found != expected { throw .badDigest(expected.algorithm.rawValue) }
        return S3BodyFacts(length: length, md5: digest, checksum: found, crc64NVME: crc64.checksum)
    }
}

/// What the store knows of a body that it has taken.
struct S3BodyFacts: Sendable {
    let length: Int64
    let md5: [UInt8]
    /// Of the kind that the client gave, or else that the store wants.
    let checksum: S3Checksum
    /// The one that the store takes of everything.
    let crc64NVME: S3Checksum
}
