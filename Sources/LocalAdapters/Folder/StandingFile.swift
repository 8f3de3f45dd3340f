import Checksums
import SyncCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What stands at a name in the mirror, and whose it is.
struct StandingFile {
    enum Owner: Hashable {
        /// We stored these bytes.
        case mirror
        /// Somebody changed a file of ours.
        case edited
        /// We never stored anything here: a file, a folder, a link.
        case somebody
    }

    var owner: Owner
    var status: stat
    /// What is known of its bytes.
    var content: StoredContent

    var mark: ObjectFingerprint { ObjectFingerprint(status) }

    /// Finds out whose a thing is.
    ///
    /// A mark that differs proves nothing: it does after a copy to another disk. Then the bytes are hashed.
    init(_ spot: FolderTree.Spot, _ status: stat, known: [StoredContent], _ makeHasher: MakeContentHasher) throws {
        self.status = status
        content = StoredContent(fingerprint: ObjectFingerprint(status))
        owner = known.isEmpty ? .somebody : .edited
        guard status.isFile else {
            owner = .somebody
            return
        }
        let mark = ObjectFingerprint(status)
        if let same = known.first(where: { $0.fingerprint == mark }) {
            (owner, content) = (.mirror, same)
            return
        }
        guard let file = try spot.folder.file(spot.name) else { return }
        let digest = try file.digest(makeHasher())
        if let same = known.first(where: { $0.hasBytes(sha256: digest.sha256, crc64nvme: digest.crc64nvme) }) {
            (owner, content) = (.mirror, same)
            content.fingerprint = mark
        }
        content.sha256 = digest.sha256
        content.crc64nvme = digest.crc64nvme
    }

    /// Why it is set aside, when we would take it away for `reason`.
    func ending(_ reason: FileVersion.Ending) -> FileVersion.Ending {
        switch owner {
        case .mirror: reason
        case .edited: .editedHere
        case .somebody: .inTheWay
        }
    }

    /// Whether it certainly holds the same bytes as `other`.
    func hasBytes(of other: StoredContent) -> Bool {
        guard status.isFile else { return false }
        if let mine = content.sha256, let theirs = other.sha256 { return mine == theirs }
        if let mine = content.crc64nvme, let theirs = other.crc64nvme { return mine == theirs }
        return false
    }
}
