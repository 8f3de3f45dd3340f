package import Checksums
package import Clocks

/// What Obsync knows of one file of a vault: one item of the table.
package struct FileRecord: Codable, Hashable, Sendable {
    /// Where a file stands.
    package enum Status: String, Codable, Sendable {
        /// A transfer of more than one request was begun.
        case inProgress = "IN_PROGRESS"
        /// The object holds this version, verified.
        case completed = "COMPLETED"
        /// The last attempt failed; every later run tries again, and goes on with what the checkpoint names, if there is one.
        case failed = "FAILED"
        /// Nothing can be stored: gone at the source, or a name that no store takes.
        case skipped = "SKIPPED"
        /// Deleted at the source, and the object with it.
        case deleted = "DELETED"
    }

    /// The file's path in the vault.
    package var path: VaultPath
    /// Where the file stands.
    package var status: Status
    /// The version that the status is about.
    package var version: Int64
    /// What the provider needs in order to fetch that version.
    package var handle: String
    /// Size of the plaintext in bytes.
    package var size: Int64?
    /// The size that the listing gives, where the stored one is another.
    package var listedSize: Int64?
    /// Lower-case hexadecimal SHA-256 of the plaintext.
    package var sha256: String?
    /// The checksum of the plaintext, where it was fetched in ranges and has no SHA-256.
    package var crc64nvme: CRC64NVME?
    /// The store's mark of the object that it holds for this file.
    package var fingerprint: ObjectFingerprint?
    /// When the content was last changed at the source.
    package var mtime: Timestamp?
    /// The epoch of the vault that `version` belongs to; versions of two epochs cannot be compared.
    package var epoch: VaultEpoch
    /// The run that last wrote this record.
    package var run: RunID
    /// When the first version of this path was completed.
    package var firstSynced: Timestamp?
    /// When the version at hand was completed.
    package var lastSynced: Timestamp?
    /// Attempts at this version, successful ones included.
    package var attempts: Int
    /// The stable name of the last error.
    package var lastError: SyncError.Name?
    /// Why it came to that: the other side's code, where it gave one, or ``kept``.
    package var reason: String?
    /// When the file was deleted.
    package var deletedAt: Timestamp?
    /// Since when the file waits to be fetched; nil when nothing is to be done. Of a skipped file, when the source last said
    /// that it is gone; of a group, when it was last tried.
    package var pendingSince: Timestamp?
    /// How far a transfer has come that outlives its invocation.
    package var checkpoint: TransferCheckpoint?
    /// Whether this is the record of a group that could not be taken apart, rather than of a file; nil where it is not. Its path
    /// is the group's, which is a folder, and it has no object.
    package var isGroup: Bool?

    private enum CodingKeys: String, CodingKey {
        case path, status, version, handle, size, sha256, crc64nvme, mtime, epoch, run, attempts, checkpoint
        case fingerprint, reason
        case isGroup = "group"
        case listedSize = "listed_size"
        case deletedAt = "deleted_at"
        case firstSynced = "first_synced"
        case lastSynced = "last_synced"
        case lastError = "last_error"
        case pendingSince = "pending_since"
    }

    /// Who writes a record, and when.
    package struct Author: Sendable {
        /// The run that writes.
        package var run: RunID
        /// The epoch of the vault that the run works on.
        package var epoch: VaultEpoch
        /// The time of writing.
        package var now: Timestamp

        /// Makes an author.
        package init(run: RunID, epoch: VaultEpoch, now: Timestamp) {
            self.run = run
            self.epoch = epoch
            self.now = now
        }
    }

    /// Makes the record of an entry, as it stands after a run dealt with it.
    ///
    /// - Parameters:
    ///   - entry: the version that was dealt with.
    ///   - status: what came of it.
    ///   - author: who dealt with it.
    ///   - previous: the record that stood before, whose history goes on.
    ///   - error: the stable name of the error, for failed and skipped files.
    package init(
        _ entry: Entry,
        status: Status,
        author: Author,
        previous: FileRecord?,
        error: SyncError.Name? = nil
    ) {
        path = entry.path
        self.status = status
        version = entry.version
        handle = entry.handle
        size = entry.size
        sha256 = entry.sha256
        mtime = entry.mtime
        epoch = author.epoch
        run = author.run
        let isSynced = status == .completed
        firstSynced = previous?.firstSynced ?? (isSynced ? author.now : nil)
        lastSynced = isSynced ? author.now : previous?.lastSynced
        let isSameVersion = previous?.version == entry.version && previous?.epoch == author.epoch
        attempts = (isSameVersion ? previous?.attempts ?? 0 : 0) + 1
        lastError = error
        // Until the next version is stored, the object is the one that the record before describes.
        fingerprint = isSynced ? nil : previous?.fingerprint
        let isPending = status == .failed || status == .inProgress
        pendingSince = isPending ? (previous?.pendingSince ?? author.now) : nil
    }

    /// Makes a record of one attempt, of which nothing else is known.
    init(path: VaultPath, status: Status, version: Int64, handle: String, epoch: VaultEpoch, run: RunID) {
        self.path = path
        self.status = status
        self.version = version
        self.handle = handle
        self.epoch = epoch
        self.run = run
        attempts = 1
    }

    /// Whether a transfer was begun and has neither been finished nor thrown away.
    package var isBegun: Bool { status == .inProgress || checkpoint != nil }

    /// How far the transfer of this very version has come, if one was begun.
    package func checkpoint(of entry: Entry, epoch: VaultEpoch) -> TransferCheckpoint? {
        version == entry.version && epoch == self.epoch ? checkpoint : nil
    }

    /// The entry that this record was made of, to be fetched again.
    package var entry: Entry {
        Entry(
            kind: isGroup == true ? .group : path.isStandIn ? .unreadable : .file,
            path: path,
            version: version,
            handle: handle,
            size: size,
            mtime: mtime,
            sha256: sha256
        )
    }

    /// The reason of a file that is gone at the source and that the mirror goes on holding.
    package static let kept = "Kept"

    /// Whether the mirror holds the file's bytes, be it gone at the source or not.
    package var isStored: Bool { status == .completed || status == .deleted && reason == Self.kept }

    private static let patience = Backoff(first: .seconds(3600), longest: .seconds(7 * 24 * 3600))

    /// Whether a run may hand out again what waits: a file that failed at once; what was gone at the source, and a group that
    /// could not be taken apart, an hour later, then after twice that time, and so on up to a week.
    package func isDue(at now: Timestamp) -> Bool {
        guard let pendingSince else { return false }
        guard status == .skipped || isGroup == true else { return true }
        return pendingSince.duration(to: now) >= Self.patience.wait(after: attempts)
    }

    /// Whether this record says that nothing is left to do for `entry` of a vault in `epoch`.
    package func settles(_ entry: Entry, epoch: VaultEpoch) -> Bool {
        let isSameEpoch = epoch == self.epoch
        if status == .completed, let sha256, sha256 == entry.sha256,
            isSameEpoch || epoch.place == self.epoch.place
        {
            return true
        }
        guard isSameEpoch else { return false }
        return switch status {
        case .completed, .skipped: version >= entry.version
        // Of a deleted file the very version that was deleted may be listed again: then it is there again.
        case .deleted, .failed, .inProgress: version > entry.version
        }
    }
}

extension VaultPath {
    private static let standInFolder = ".obsync-unreadable/"

    /// A stand-in for the path of an entry whose name could not be read.
    package static func standIn(handle: String) -> VaultPath {
        VaultPath(standInFolder + handle)
    }

    /// Whether this is a stand-in.
    package var isStandIn: Bool { rawValue.utf8.starts(with: Self.standInFolder.utf8) }
}
