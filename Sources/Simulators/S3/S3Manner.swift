import NIOHTTP1

/// How a store behaves that speaks S3.
package enum S3Manner: String, Sendable, CaseIterable {
    /// As the service does.
    case aws
    /// As a smaller store does: no tags, no CRC64NVME, no checksum after a body, no versions.
    case plain
    /// As a bucket of the service does whose objects are locked: every object and part has to come with a checksum, and
    /// versions are kept.
    case objectLock = "object-lock"
}

/// Something of S3 that a store may lack.
package enum S3Feature: String, Sendable, CaseIterable {
    /// Tags of objects.
    case tagging
    /// The checksum CRC64NVME.
    case crc64nvme
    /// The checksum CRC32C.
    case crc32c
    /// The checksum SHA-256.
    case sha256
    /// A checksum after a body that comes in chunks.
    case trailers
    /// `x-amz-expected-bucket-owner`.
    case expectedOwner
    /// `If-Match` and `If-None-Match` of a write.
    case conditions
    /// Many deletions with one request.
    case deleteObjects
    /// Versions of objects.
    case versions
}

/// What a store does with what it lacks.
package enum S3Lack: String, Sendable {
    /// It refuses the request, and says why.
    case refuses
    /// It refuses the request, and does not say why.
    case refusesSilently
    /// It does as if it had not been asked.
    case ignores
}

/// What a store lacks.
struct S3Lacks: Sendable {
    var features: Set<S3Feature> = []
    var lack = S3Lack.refuses
    /// Whether objects and parts without a checksum are refused.
    var wantsChecksums = false

    init(_ manner: S3Manner) {
        switch manner {
        case .aws: break
        case .plain: features = [.tagging, .crc64nvme, .trailers, .versions]
        case .objectLock: wantsChecksums = true
        }
    }

    /// Refuses a request that asks for what is lacking, or takes that out of it.
    func apply(to request: inout S3Request, _ operation: S3Operation) throws(S3Refusal) {
        for feature in S3Feature.allCases where features.contains(feature) {
            guard let asked = feature.asked(in: request, operation) else { continue }
            if lack != .ignores || [.trailers, .deleteObjects, .versions].contains(feature) {
                throw refusal(feature, asked)
            }
            for name in feature.headers { request.headers.remove(name: name) }
            for name in S3Feature.namingHeaders
            where request.header(name).map({ feature.isNamed(by: $0) }) == true {
                request.headers.remove(name: name)
                request.headers.remove(name: "x-amz-checksum-type")
            }
        }
        if wantsChecksums, operation.storesBody, !request.vouches {
            throw .invalidRequest(
                "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters"
            )
        }
    }

    /// An answer says nothing of what the store does not know.
    func hide(in answer: inout S3Store.Answer) {
        for feature in features where feature.isChecksum {
            answer.headers.removeAll { feature.headers.contains($0.0.lowercased()) }
        }
    }

    private func refusal(_ feature: S3Feature, _ asked: String) -> S3Refusal {
        switch feature {
        case .crc64nvme, .crc32c, .sha256:
            .invalidRequest(lack == .refuses ? "The checksum \(asked) is not known." : "Invalid request.")
        default:
            S3Refusal(501, "NotImplemented", lack == .refuses ? "\(asked) is not implemented." : "Not implemented.")
        }
    }
}

extension S3Feature {
    /// The header fields that name a checksum.
    fileprivate static let namingHeaders = ["x-amz-checksum-algorithm", "x-amz-sdk-checksum-algorithm"]

    fileprivate var isChecksum: Bool { self == .crc64nvme || self == .crc32c || self == .sha256 }

    fileprivate func isNamed(by value: String) -> Bool { isChecksum && value.lowercased() == rawValue }

    /// The header fields that ask for it.
    fileprivate var headers: [String] {
        switch self {
        case .tagging: ["x-amz-tagging", "x-amz-tagging-directive"]
        case .crc64nvme: ["x-amz-checksum-crc64nvme"]
        case .crc32c: ["x-amz-checksum-crc32c"]
        case .sha256: ["x-amz-checksum-sha256"]
        case .trailers: ["x-amz-trailer"]
        case .expectedOwner: ["x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"]
        case .conditions: ["if-match", "if-none-match"]
        case .deleteObjects, .versions: []
        }
    }

    /// What of a request asks for it; nil when nothing does.
    fileprivate func asked(in request: S3Request, _ operation: S3Operation) -> String? {
        switch self {
        case .deleteObjects:
            return operation == .deleteObjects ? operation.rawValue : nil
        case .versions:
            let operations: [S3Operation] = [.listObjectVersions, .getBucketVersioning, .putBucketVersioning]
            if operations.contains(operation) { return operation.rawValue }
            return request.parameter("versionId").map { _ in "versionId" }
        case .conditions where operation == .getObject || operation == .headObject:
            return nil
        default:
            if let name = headers.first(where: { request.header($0) != nil }) { return name }
            for name in Self.namingHeaders where request.header(name).map({ isNamed(by: $0) }) == true {
                return "\(name) \(rawValue)"
            }
            if let trailer = request.header("x-amz-trailer"), trailer.lowercased().hasSuffix("-" + rawValue) {
                return trailer
            }
            return nil
        }
    }
}

extension S3Request {
    /// Whether anything vouches for the body.
    fileprivate var vouches: Bool {
        headers.contains(name: "content-md5") || headers.contains(name: "x-amz-trailer")
            || S3ChecksumAlgorithm.allCases.contains { headers.contains(name: $0.header) }
    }
}
