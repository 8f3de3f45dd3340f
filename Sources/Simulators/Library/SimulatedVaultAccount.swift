/// What a mirror of a vault must hold for one live file.
package struct SimulatedFile: Sendable {
    /// The vault-relative path; compare its UTF-8 bytes.
    package let path: String
    /// The plaintext's size in bytes.
    package let size: Int
    /// SHA-256 of the plaintext, lower-case hexadecimal.
    package let sha256: String
    /// Modification time in milliseconds since 1970.
    package let mtime: Int64
    /// The uid of the newest version.
    package let uid: Int64
}

/// The simulator's own account of one vault.
package struct SimulatedVaultAccount: Sendable {
    /// The vault's id.
    package let id: String
    /// The vault's name.
    package let name: String
    /// The live files, ordered by the UTF-8 bytes of their paths.
    package let files: [SimulatedFile]
}
