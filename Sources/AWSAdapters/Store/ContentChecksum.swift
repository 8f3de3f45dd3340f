import AWSClient
import Checksums
import Crypto
import FoundationEssentials
import Synchronization

/// What vouches for the bytes of a request, as S3 spells it.
struct ContentChecksum: Hashable, Sendable {
    let kind: StoreAbilities.Checksum
    /// Base64.
    let value: String

    /// That of bytes in memory.
    init(_ kind: StoreAbilities.Checksum, of bytes: [UInt8]) {
        var running = Running(kind)
        bytes.withUnsafeBytes { running.update($0) }
        self = running.checksum
    }

    fileprivate init(kind: StoreAbilities.Checksum, bytes: some Sequence<UInt8>) {
        self.kind = kind
        value = Data(bytes).base64EncodedString()
    }

    var crc64nvme: String? { kind == .crc64nvme ? value : nil }
    var crc32c: String? { kind == .crc32c ? value : nil }
    var sha256: String? { kind == .sha256 ? value : nil }
    var md5: String? { kind == .md5 ? value : nil }

    /// A checksum of bytes that pass by.
    fileprivate enum Running: Sendable {
        case crc64nvme(CRC64NVME)
        case crc32c(CRC32C)
        case sha256(SHA256)
        case md5(Insecure.MD5)

        init(_ kind: StoreAbilities.Checksum) {
            switch kind {
            case .crc64nvme: self = .crc64nvme(CRC64NVME())
            case .crc32c: self = .crc32c(CRC32C())
            case .sha256: self = .sha256(SHA256())
            case .md5: self = .md5(Insecure.MD5())
            }
        }

        mutating func update(_ bytes: UnsafeRawBufferPointer) {
            switch self {
            case .crc64nvme(var checksum):
                checksum.update(bytes)
                self = .crc64nvme(checksum)
            case .crc32c(var checksum):
                checksum.update(bytes)
                self = .crc32c(checksum)
            case .sha256(var hasher):
                hasher.update(bufferPointer: bytes)
                self = .sha256(hasher)
            case .md5(var hasher):
                hasher.update(bufferPointer: bytes)
                self = .md5(hasher)
            }
        }

        var checksum: ContentChecksum {
            switch self {
            case .crc64nvme(let checksum):
                withUnsafeBytes(of: checksum.value.bigEndian) { ContentChecksum(kind: .crc64nvme, bytes: $0) }
            case .crc32c(let checksum): ContentChecksum(kind: .crc32c, bytes: checksum.bytes)
            case .sha256(let hasher): ContentChecksum(kind: .sha256, bytes: hasher.finalize())
            case .md5(let hasher): ContentChecksum(kind: .md5, bytes: hasher.finalize())
            }
        }
    }
}

/// Takes the checksum of a body while it is sent.
final class RunningChecksum: Sendable {
    private let state: Mutex<ContentChecksum.Running>

    init(_ kind: StoreAbilities.Checksum) {
        state = Mutex(ContentChecksum.Running(kind))
    }

    func update(_ bytes: [UInt8]) {
        state.withLock { state in bytes.withUnsafeBytes { state.update($0) } }
    }

    /// That of everything so far.
    var checksum: ContentChecksum { state.withLock { $0.checksum } }
}

extension StoreAbilities.Checksum {
    /// As an upload or a trailer names it; nil for MD5, which is older than that.
    var algorithm: S3.ChecksumAlgorithm? {
        switch self {
        case .crc64nvme: .crc64nvme
        case .crc32c: .crc32c
        case .sha256: .sha256
        case .md5: nil
        }
    }
}
