import Checksums
import Clocks
import Logging
import SyncCore

/// Makes entries of the records of a listing.
///
/// Only what identifies a record is required: path, uid and kind. A record without them, or with a path that cannot be
/// deciphered, is an entry that needs a person; it costs the others nothing. Everything else that cannot be used is left
/// out and counted.
struct RecordReader {
    /// What the file systems of this world hold, as ext4 does: from 1901 to 2446.
    private static let datable =
        Timestamp(milliseconds: -2_147_483_648_000)...Timestamp(milliseconds: 15_032_385_535_000)
    /// No file of the service comes near this size.
    private static let largestSize: Int64 = 1 << 40

    let cipher: NameCipher
    let logger: Logger
    /// The fields that could not be used, and how often.
    private(set) var unusable: [String: Int] = [:]

    /// Reads records whose names are enciphered with a vault's keys.
    init(cipher: NameCipher, logger: Logger) {
        self.cipher = cipher
        self.logger = logger
    }

    /// The entry that a record is.
    mutating func entry(of record: SocketMessage) -> Entry {
        for field in record.unusable { unusable[field, default: 0] += 1 }
        guard let uid = record.uid, let sealedPath = record.path, let kind = record.kind,
            let path = try? cipher.open(sealedPath)
        else { return unreadable(record) }
        var entry = Entry(kind: kind, path: VaultPath(path), version: uid, handle: String(uid))
        guard kind == .file else { return entry }
        // A hash that cannot be deciphered is one that no content has: such a file is refused, not taken on trust.
        let hash = (try? cipher.open(record.hash ?? "")) ?? ""
        entry.sha256 = hash.utf8.count == 64 ? hash.lowercased() : ""
        entry.size = size(record.size)
        entry.mtime = record.mtime.flatMap { $0 == 0 ? nil : Self.time($0) }
        if let related = record.relatedpath, !related.isEmpty {
            if let previous = try? cipher.open(related) {
                entry.previousPath = VaultPath(previous)
            } else {
                unusable["relatedpath", default: 0] += 1
            }
        }
        return entry
    }

    /// Tells of what could not be used, at the end of a listing.
    func report() {
        guard !unusable.isEmpty else { return }
        let fields = unusable.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
        logger.warning("fields of records cannot be used", metadata: [LogKey.cause: "\(fields)"])
    }

    /// The nearest time that can be kept. A time that the file system changes would make the file look changed.
    private static func time(_ milliseconds: Int64) -> Timestamp {
        min(max(Timestamp(milliseconds: milliseconds), datable.lowerBound), datable.upperBound)
    }

    /// The size of a body's content.
    private mutating func size(_ size: Int64?) -> Int64? {
        guard let size else { return nil }
        guard (0...Self.largestSize).contains(size) else {
            unusable["size", default: 0] += 1
            return nil
        }
        return size == 0 ? 0 : max(0, size - Int64(BodyDecipher.overhead))
    }

    /// A record that cannot be told apart from others by its path. Its stand-in goes by the sealed path, so that later versions
    /// and the deletion of the same file find it.
    private func unreadable(_ record: SocketMessage) -> Entry {
        let uid = record.uid ?? 0
        logger.warning(
            "record cannot be deciphered",
            metadata: [LogKey.itemVersion: "\(record.uid.map(String.init) ?? "none")"]
        )
        var hasher = SHA256Hasher()
        hasher.update(Array((record.path ?? "uid:\(uid)").utf8))
        return Entry(
            kind: record.kind == .deletion && record.path != nil ? .deletion : .unreadable,
            path: .standIn(handle: String(hasher.hexDigest().prefix(32))),
            version: uid,
            handle: String(uid)
        )
    }
}
