package import Clocks

/// One line of a vault's manifest: a version of a file, a deletion, or a folder.
///
/// Its JSON form is one line of `manifest.jsonl` and of a batch:
///
///     {"kind":"file","path":"Daily/2026-11-21.md","version":12545,"handle":"12545","size":1206,
///      "mtime":1770399182173,"sha256":"9f86…"}
package struct Entry: Codable, Hashable, Sendable {
    /// What the line says of the path.
    package enum Kind: String, Codable, Sendable {
        /// A file exists in this version.
        case file
        /// A folder exists. Folders are not stored: they show in the paths of files.
        case folder
        /// What was at the path is gone.
        case deletion
        /// The provider listed something whose name could not be read; `path` is a stand-in.
        case unreadable
        /// Files exist below the path which only ``VaultSession/files(of:)`` can tell.
        case group
        /// Whatever is known below the path is there still, as it was. With a handle it is taken apart as a group where
        /// nothing is known below the path.
        case unchanged
    }

    /// What the line says of the path.
    package var kind: Kind
    /// Where in the vault.
    package var path: VaultPath
    /// Grows with every change of the path; the larger one is the newer one.
    package var version: Int64
    /// What the provider needs in order to fetch this version; opaque elsewhere.
    package var handle: String
    /// The size of the plaintext in bytes, where the provider states it.
    package var size: Int64?
    /// When the content was last changed, by the device that changed it.
    package var mtime: Timestamp?
    /// Lower-case hexadecimal SHA-256 of the plaintext, where the provider states it.
    package var sha256: String?
    /// The path that this file had before, when the provider says that it was renamed.
    package var previousPath: VaultPath?

    private enum CodingKeys: String, CodingKey {
        case kind, path, version, handle, size, mtime, sha256
        case previousPath = "previous_path"
    }

    /// Makes an entry; what the provider does not state is nil.
    package init(
        kind: Kind,
        path: VaultPath,
        version: Int64,
        handle: String,
        size: Int64? = nil,
        mtime: Timestamp? = nil,
        sha256: String? = nil,
        previousPath: VaultPath? = nil
    ) {
        self.kind = kind
        self.path = path
        self.version = version
        self.handle = handle
        self.size = size
        self.mtime = mtime
        self.sha256 = sha256
        self.previousPath = previousPath
    }

    /// Whether the entry stands for everything below its path.
    package var isOfFolder: Bool { kind == .group || kind == .unchanged }

    /// The order of a manifest: by the bytes of the path, and the newest version of a path first. A group that waits to be taken
    /// apart comes before the line that takes it for known.
    package static func precedes(_ lhs: Entry, _ rhs: Entry) -> Bool {
        let order = lhs.path.order(to: rhs.path)
        guard order == 0 else { return order < 0 }
        return lhs.version == rhs.version ? lhs.rank < rhs.rank : lhs.version > rhs.version
    }

    /// Of one version, a group says the most, and a deletion the least.
    private var rank: Int {
        switch kind {
        case .group: 0
        case .deletion: 2
        default: 1
        }
    }
}
