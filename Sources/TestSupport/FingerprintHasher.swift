import Checksums
import SyncCore

/// A stand-in for SHA-256 that needs no cryptography: FNV-1a of 64 bits, in lower-case hexadecimal.
package struct FingerprintHasher: ContentHasher {
    private var state: UInt64 = 0xCBF2_9CE4_8422_2325

    /// Starts a digest.
    package init() {}

    package mutating func update(_ bytes: [UInt8]) {
        var state = state
        bytes.withUnsafeBufferPointer { buffer in
            var position = 0
            while position < buffer.count {
                state = (state ^ UInt64(truncatingIfNeeded: buffer[position])) &* 0x100_0000_01B3
                position &+= 1
            }
        }
        self.state = state
    }

    package func hexDigest() -> String {
        let digits = String(state, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// The digest of one array.
    package static func digest(_ bytes: [UInt8]) -> String {
        var hasher = FingerprintHasher()
        hasher.update(bytes)
        return hasher.hexDigest()
    }
}
