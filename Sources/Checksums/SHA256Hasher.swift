import Crypto

/// SHA-256 over bytes that pass by.
package struct SHA256Hasher: ContentHasher, Sendable {
    private var hasher = SHA256()

    /// Starts a digest.
    package init() {}

    package mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { hasher.update(bufferPointer: $0) }
    }

    package func hexDigest() -> String {
        Hex.encoded(hasher.finalize())
    }
}
