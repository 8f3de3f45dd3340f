import Checksums
import Clocks
import FoundationEssentials

extension FileRecord: LineCodable {
    /// Reads a record as it was written; nil for any other form.
    package init?(_ scanner: inout LineScanner, like last: FileRecord?) {
        var rest = Rest()
        guard scanner.member("attempts"), let attempts = scanner.integer(),
            scanner.optional("checkpoint", &rest.checkpoint, Self.checkpoint),
            scanner.optional("crc64nvme", &rest.crc64nvme, { $0.text().flatMap(CRC64NVME.init) }),
            scanner.optional("deleted_at", &rest.deleted, Self.time),
            scanner.member("epoch"), let epoch = scanner.text(like: last?.epoch.rawValue),
            scanner.optional("fingerprint", &rest.fingerprint, { $0.text().map { ObjectFingerprint($0) } }),
            scanner.optional("first_synced", &rest.first, Self.time),
            scanner.optional("group", &rest.isGroup, { $0.literal("true") ? true : nil }),
            scanner.member("handle"), let handle = scanner.text(),
            scanner.optional("last_error", &rest.lastError, { $0.text().map(SyncError.Name.init(rawValue:)) }),
            scanner.optional("last_synced", &rest.last, Self.time),
            scanner.optional("listed_size", &rest.listedSize, { $0.integer() }),
            scanner.optional("mtime", &rest.mtime, Self.time),
            scanner.member("path"), let path = scanner.text(),
            scanner.optional("pending_since", &rest.pending, Self.time),
            scanner.optional("reason", &rest.reason, { $0.text() }),
            scanner.member("run"), let runText = scanner.text(like: last?.run.rawValue),
            scanner.optional("sha256", &rest.sha256, { $0.text() }),
            scanner.optional("size", &rest.size, { $0.integer() }),
            scanner.member("status"), let status = Self.status(&scanner),
            scanner.member("version"), let version = scanner.integer(), scanner.end(),
            let run = last.flatMap({ $0.run.rawValue == runText ? $0.run : nil }) ?? RunID(runText)
        else { return nil }
        self.init(
            path: VaultPath(path),
            status: status,
            version: version,
            handle: handle,
            epoch: VaultEpoch(rawValue: epoch),
            run: run
        )
        self.attempts = Int(attempts)
        take(rest)
    }

    /// What a line need not have.
    private struct Rest {
        var checkpoint: TransferCheckpoint?
        var crc64nvme: CRC64NVME?
        var deleted: Timestamp?
        var fingerprint: ObjectFingerprint?
        var first: Timestamp?
        var isGroup: Bool?
        var last: Timestamp?
        var lastError: SyncError.Name?
        var listedSize: Int64?
        var mtime: Timestamp?
        var pending: Timestamp?
        var reason: String?
        var sha256: String?
        var size: Int64?
    }

    private mutating func take(_ rest: Rest) {
        (checkpoint, isGroup) = (rest.checkpoint, rest.isGroup)
        (crc64nvme, fingerprint) = (rest.crc64nvme, rest.fingerprint)
        (lastError, reason) = (rest.lastError, rest.reason)
        (listedSize, size, sha256) = (rest.listedSize, rest.size, rest.sha256)
        (deletedAt, firstSynced, lastSynced) = (rest.deleted, rest.first, rest.last)
        (mtime, pendingSince) = (rest.mtime, rest.pending)
    }

    private static func status(_ scanner: inout LineScanner) -> Status? {
        scanner.literal("\"COMPLETED\"") ? .completed : scanner.text().flatMap(Status.init)
    }

    private static func time(_ scanner: inout LineScanner) -> Timestamp? {
        scanner.integer().map(Timestamp.init(milliseconds:))
    }

    /// Few records have one, so the generic decoder reads it, and it alone.
    private static func checkpoint(_ scanner: inout LineScanner) -> TransferCheckpoint? {
        scanner.object().flatMap { try? JSONDecoder().decode(TransferCheckpoint.self, from: Data($0)) }
    }

    /// Reads a record from its JSON.
    ///
    /// - Throws: what the generic decoder throws.
    package init(json: some Collection<UInt8>) throws {
        self =
            try FileRecord.scan(Array(json) + [UInt8(ascii: "\n")])?.value
            ?? JSONDecoder().decode(FileRecord.self, from: Data(json))
    }
}

extension LineScanner {
    /// Takes a member that need not be there; false where it is there and not what it should be.
    @inline(__always)
    fileprivate mutating func optional<Value>(
        _ name: StaticString,
        _ value: inout Value?,
        _ read: (inout LineScanner) -> Value?
    ) -> Bool {
        guard member(name) else { return true }
        value = read(&self)
        return value != nil
    }
}
