/// One line of a vault's history: a version of a file, a deletion, or a folder.
package struct SimulatedRecord: Sendable {
    /// The number of the change; grows within a vault and names this version for ever.
    package let uid: Int64
    /// The vault-relative path. Compare its UTF-8 bytes, not the strings: names that differ only in their
    /// Unicode form are different files, and Swift takes such strings for equal.
    package let path: String
    /// The previous path, on a rename.
    package let previousPath: String?
    /// The file's content; nil for folders and deletions.
    package let content: SimulatedContent?
    /// SHA-256 of the content, lower-case hexadecimal; empty for folders and deletions.
    package let sha256: String
    /// Creation time in milliseconds since 1970; 0 for folders and deletions.
    package let ctime: Int64
    /// Modification time in milliseconds since 1970; 0 for folders and deletions.
    package let mtime: Int64
    /// Whether it is a folder.
    package let isFolder: Bool
    /// Whether it takes the path away.
    package let isDeleted: Bool
    /// The device that made the change.
    package let device: String

    /// The size of the encrypted body in bytes: 28 more than the content, 0 for an empty file and for everything else.
    package var wireSize: Int {
        guard let content, content.size > 0 else { return 0 }
        return content.size + 28
    }
}
