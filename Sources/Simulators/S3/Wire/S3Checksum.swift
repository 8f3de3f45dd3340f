import Crypto
import FoundationEssentials
import NIOCore
import NIOHTTP1

/// A checksum that the store takes beside the entity tag.
enum S3ChecksumAlgorithm: String, Sendable, CaseIterable {
    case crc32 = "CRC32"
    case crc32c = "CRC32C"
    case crc64nvme = "CRC64NVME"
    case sha1 = "SHA1"
    case sha256 = "SHA256"

    var header: String { "x-amz-checksum-" + rawValue.lowercased() }
    var element: String { "Checksum" + rawValue }

    /// Nil for a checksum that cannot be put together from parts.
    var cyclicCode: CyclicCode? {
        switch self {
        case .crc32: .crc32
        case .crc32c: .crc32c
        case .crc64nvme: .crc64nvme
        case .sha1, .sha256: nil
        }
    }

    var lengthInBytes: Int {
        switch self {
        case .crc32, .crc32c: 4
        case .crc64nvme: 8
        case .sha1: 20
        case .sha256: 32
        }
    }
}

/// What the checksum of an object in parts is taken over.
enum S3ChecksumType: String, Sendable {
    case composite = "COMPOSITE"
    case fullObject = "FULL_OBJECT"
}

/// A checksum with its kind.
struct S3Checksum: Sendable, Equatable {
    let algorithm: S3ChecksumAlgorithm
    /// Base64.
    let value: String
    var type = S3ChecksumType.fullObject

    /// The one that a request's header fields give, if they give one.
    init?(_ headers: HTTPHeaders) throws(S3Refusal) {
        let found = S3ChecksumAlgorithm.allCases.filter { headers.contains(name: $0.header) }
        guard let algorithm = found.first, let value = headers.first(name: algorithm.header) else { return nil }
        guard found.count == 1 else {
            throw .invalidRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
        }
        try self.init(algorithm, value)
    }

    /// Checks that the value can be one.
    init(_ algorithm: S3ChecksumAlgorithm, _ value: String) throws(S3Refusal) {
        guard Data(base64Encoded: value)?.count == algorithm.lengthInBytes else {
            throw .invalidRequest("Value for \(algorithm.header) header is invalid.")
        }
        self.algorithm = algorithm
        self.value = value
    }

    init(_ algorithm: S3ChecksumAlgorithm, bytes: some Sequence<UInt8>) {
        self.algorithm = algorithm
        value = Data(bytes).base64EncodedString()
    }

    init(_ algorithm: S3ChecksumAlgorithm, code: UInt64) {
        self.init(
            algorithm,
            bytes: (0..<algorithm.lengthInBytes).reversed().map { UInt8(truncatingIfNeeded: code >> (8 * UInt64($0))) }
        )
    }

    /// The same checksum of parts: the number of parts is part of the value.
    func composite(of parts: Int) -> S3Checksum {
        S3Checksum(algorithm: algorithm, value: "\(value)-\(parts)", type: .composite)
    }

    private init(algorithm: S3ChecksumAlgorithm, value: String, type: S3ChecksumType) {
        self.algorithm = algorithm
        self.value = value
        self.type = type
    }

    /// The code that the value stands for; 0 where it is no cyclic code.
    var code: UInt64 {
        guard algorithm.cyclicCode != nil else { return 0 }
        return (Data(base64Encoded: value) ?? Data()).reduce(0) { $0 << 8 | UInt64($1) }
    }
}

/// Takes a checksum while bytes pass.
struct S3ChecksumHasher: Sendable {
    private enum State: Sendable {
        case cyclic(CyclicCode, UInt64)
        case sha1(Insecure.SHA1)
        case sha256(SHA256)
    }

    let algorithm: S3ChecksumAlgorithm
    private var state: State

    init(_ algorithm: S3ChecksumAlgorithm) {
        self.algorithm = algorithm
        switch algorithm {
        case .sha1: state = .sha1(Insecure.SHA1())
        case .sha256: state = .sha256(SHA256())
        case .crc32: state = .cyclic(.crc32, 0)
        case .crc32c: state = .cyclic(.crc32c, 0)
        case .crc64nvme: state = .cyclic(.crc64nvme, 0)
        }
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        switch state {
        case .cyclic(let code, let value):
            state = .cyclic(code, code.update(value, bytes))
        case .sha1(var hasher):
            hasher.update(bufferPointer: bytes)
            state = .sha1(hasher)
        case .sha256(var hasher):
            hasher.update(bufferPointer: bytes)
            state = .sha256(hasher)
        }
    }

    var checksum: S3Checksum {
        switch state {
        case .cyclic(_, let value): S3Checksum(algorithm, code: value)
        case .sha1(let hasher): S3Checksum(algorithm, bytes: hasher.finalize())
        case .sha256(let hasher): S3Checksum(algorithm, bytes: hasher.finalize())
        }
    }
}
