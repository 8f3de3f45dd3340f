/// Computes SHA-256 over bytes that pass by.
package protocol ContentHasher {
    /// Takes the next bytes.
    mutating func update(_ bytes: [UInt8])

    /// The lower-case hexadecimal digest of everything that was taken.
    func hexDigest() -> String
}

/// Makes a hasher for one body.
package typealias MakeContentHasher = @Sendable () -> any ContentHasher
