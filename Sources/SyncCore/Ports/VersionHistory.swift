package import Checksums
package import Clocks

/// One version of a file of a mirror: what the mirror holds now, or what it held before.
package struct FileVersion: Hashable, Sendable {
    /// Why a version is no longer what the mirror holds.
    package enum Ending: String, Codable, Hashable, Sendable {
        /// A newer version took its place.
        case changed
        /// The file was deleted at the source.
        case deleted
        /// Somebody changed the file in the mirror; these bytes are theirs and never came from the source.
        case editedHere = "edited"
        /// It stood where a file of the mirror belongs; these bytes never came from the source.
        case inTheWay = "in_the_way"
    }

    /// Where the bytes lie; only the history that made it can read it.
    package struct Place: RawRepresentable, Hashable, Sendable {
        package let rawValue: String

        /// Takes the history's own notation.
        package init(rawValue: String) {
            self.rawValue = rawValue
        }
    }

    /// The file's path in the vault.
    package var path: VaultPath
    /// Since when the mirror held this version; nil where nobody noted it, which counts as since ever.
    package var since: Timestamp?
    /// When the mirror stopped holding it; nil for what it holds now.
    package var until: Timestamp?
    /// Why it stopped; nil for what it holds now.
    package var ending: Ending?
    /// Size in bytes.
    package var size: Int64
    /// Lower-case hexadecimal SHA-256 of the bytes, where it is known.
    package var sha256: String?
    /// The CRC-64/NVME of the bytes, where it is known.
    package var crc64nvme: CRC64NVME?
    /// When the content was last changed at the source, where it is known.
    package var mtime: Timestamp?
    /// Where the bytes lie.
    package var place: Place
    /// Whether the bytes say that they came from the source; nil where that was not asked or cannot be told.
    package var isMarked: Bool?

    /// Makes a version that the mirror holds now.
    package init(path: VaultPath, size: Int64, place: Place) {
        self.path = path
        self.size = size
        self.place = place
    }

    /// Whether the version came from the source, rather than from somebody who works in the mirror.
    package var isFromSource: Bool { ending != .editedHere && ending != .inTheWay }
}

/// All versions of one file that can be read.
package struct FileVersions: Hashable, Sendable {
    /// The file's path in the vault.
    package var path: VaultPath
    /// The versions, the oldest first. What the mirror holds now comes last.
    package var versions: [FileVersion]

    /// What somebody had put in the place of the file at a moment, so that what came from the source is not kept any more;
    /// nil where that is not so.
    package func replacement(at moment: Timestamp) -> FileVersion? {
        versions.last { version in
            guard version.ending == .editedHere, let since = version.since, let until = version.until else {
                return false
            }
            return since <= moment && moment < until
        }
    }

    /// Collects versions of one path.
    package init(path: VaultPath, versions: [FileVersion]) {
        self.path = path
        self.versions = versions
    }
}

/// A vault as a mirror holds it.
package struct MirroredVault: Hashable, Sendable {
    /// The provider's identifier; nil where there are no records to tell it.
    package var id: VaultID?
    /// The folder of the mirror that its files lie in; empty where they lie at the top.
    package var folder: String

    /// Makes a vault.
    package init(id: VaultID?, folder: String) {
        self.id = id
        self.folder = folder
    }
}

/// What a mirror holds and held: a folder with its history, or a bucket with the versions of its objects.
package protocol VersionHistory: Sendable {
    /// The vaults that the mirror holds.
    ///
    /// - Throws: `StoreUnavailable`, `Throttled`.
    func vaults() async throws -> [MirroredVault]

    /// The files of a vault by the bytes of their paths, a page at a time; each page is read when it is asked for.
    ///
    /// - Returns: pages, none of them empty. The sequence throws `StoreUnavailable` and `Throttled`, and never ends early
    ///   without an error.
    func files(of vault: MirroredVault) -> any AsyncSequence<[FileVersions], any Error> & Sendable

    /// Opens the bytes of a version.
    ///
    /// - Returns: nil when they are not there any more.
    /// - Throws: `StoreUnavailable`, `Throttled`.
    func read(_ version: FileVersion, from offset: Int64) async throws -> ByteStream?

    /// Completes what a listing leaves open: hash and times, where the store keeps them with the bytes.
    ///
    /// - Throws: `StoreUnavailable`, `Throttled`.
    func details(of version: FileVersion) async throws -> FileVersion
}

extension VersionHistory {
    package func details(of version: FileVersion) async throws -> FileVersion { version }
}
