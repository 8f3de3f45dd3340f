package import Checksums
import SyncCore

/// What the bytes of a file come to.
package struct Digest: Hashable, Sendable {
    /// How many there are.
    package var size: Int64
    /// Their SHA-256, lower-case hexadecimal.
    package var sha256: String
    /// Their CRC-64/NVME.
    package var crc64nvme: CRC64NVME

    /// How well a digest fits what is known of a file.
    package enum Verdict: Hashable, Sendable {
        /// Size and checksum are those that are known.
        case proven
        /// The size fits, and no checksum is known.
        case sizeOnly
        /// Size or checksum differ.
        case different
    }

    /// Compares with what is known of a file.
    package func verdict(size: Int64?, sha256: String?, crc64nvme: CRC64NVME?) -> Verdict {
        if let size, size != self.size { return .different }
        if let sha256 { return sha256 == self.sha256 ? .proven : .different }
        if let crc64nvme { return crc64nvme == self.crc64nvme ? .proven : .different }
        return .sizeOnly
    }
}

/// Computes a ``Digest`` over bytes that pass by.
package struct DigestBuilder {
    private var size: Int64 = 0
    private var sha256: any ContentHasher
    private var crc64nvme = CRC64NVME()

    /// Starts.
    package init(_ makeHasher: MakeContentHasher) {
        sha256 = makeHasher()
    }

    /// Takes the next bytes.
    package mutating func update(_ bytes: [UInt8]) {
        size += Int64(bytes.count)
        sha256.update(bytes)
        crc64nvme.update(bytes)
    }

    /// The digest of everything that was taken.
    package var digest: Digest {
        Digest(size: size, sha256: sha256.hexDigest(), crc64nvme: crc64nvme)
    }
}
