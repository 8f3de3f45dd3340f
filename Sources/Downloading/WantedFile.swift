import Checksums
import SyncCore

/// A file that is to be stored: where it belongs, and what its source says about it.
struct WantedFile: Sendable {
    private(set) var entry: Entry
    /// Where it belongs.
    let key: ObjectKey
    /// What is stored beside it.
    let attributes: ObjectAttributes
    /// The size in the listing, where the source states another one.
    private var statedSize: Int64?

    /// Describes the file of an entry.
    ///
    /// - Throws: `NameRefused` where the mirror cannot hold the name, `TooLarge`.
    init(_ entry: Entry, of batch: BatchHeader, provider: String) throws(SyncError) {
        key = try KeyMapping.key(folder: batch.folder, path: entry.path)
        guard entry.kind == .file else {
            throw SyncError(
                .nameRefused,
                "the name of the entry uid:\(entry.version) cannot be deciphered; the pattern uid:\(entry.version) leaves it out"
            )
        }
        try UploadSettings.check(entry.size)
        self.entry = entry
        attributes = ObjectAttributes(entry, key: key, provider: provider, vault: batch.vault.id)
    }

    /// The size that the listing states.
    var listedSize: Int64? { statedSize ?? entry.size }

    /// The same file with the size that its source states.
    func corrected(by content: FileContent) -> WantedFile {
        guard content.correctsListing, let size = content.size, size != entry.size else { return self }
        var file = self
        file.statedSize = entry.size
        file.entry.size = size
        return file
    }

    /// Compares what was read with what is known of the file.
    ///
    /// - Throws: `CorruptContent`.
    func verify(size: Int64, announced: Int64?, sha256: String?) throws(SyncError) {
        guard announced == nil || announced == size, entry.size == nil || entry.size == size else {
            throw SyncError(.corruptContent, "a file is shorter or longer than its provider announced")
        }
        guard entry.sha256 == nil || entry.sha256 == sha256 else {
            throw SyncError(.corruptContent, "a file does not have the SHA-256 that its provider announced")
        }
    }
}

/// An object of the mirror, and what is known of its bytes.
struct StoredContent: Sendable {
    var size: Int64
    var sha256: String?
    var crc64nvme: CRC64NVME?
    var fingerprint: ObjectFingerprint?
}

extension StoredContent {
    /// What a store says about an object.
    init(_ object: ObjectSummary) {
        self.init(
            size: object.size,
            sha256: object.sha256,
            crc64nvme: object.crc64nvme,
            fingerprint: object.fingerprint
        )
    }
}
