import Checksums
import Clocks
import FoundationEssentials

extension FileRecord: LineCodable {
    /// Reads a record as it was written; nil for any other form.
    package init?(_ scanner: inout LineScanner, like last: FileRecord?) {
        guard scanner.member("attempts"), let attempts = scanner.integer() else { return nil }
        var checkpoint: TransferCheckpoint?
        if scanner.member("checkpoint") {
            // Few records have one, so the generic decoder reads it, and it alone.
            guard let json = scanner.object() else { return nil }
            checkpoint = try? JSONDecoder().decode(TransferCheckpoint.self, from: Data(json))
            if checkpoint == nil { return nil }
        }
        var crc64nvme: CRC64NVME?
        if scanner.member("crc64nvme") {
            guard let checksum = scanner.text().flatMap(CRC64NVME.init) else { return nil }
            crc64nvme = checksum
        }
        var times = Times()
        if scanner.member("deleted_at"), !Self.take(&scanner, &times.deleted) { return nil }
        guard scanner.member("epoch"), let epoch = scanner.text(like: last?.epoch) else { return nil }
        var fingerprint: ObjectFingerprint?
        if scanner.member("fingerprint") {
            guard let mark = scanner.text() else { return nil }
            fingerprint = ObjectFingerprint(mark)
        }
        if scanner.member("first_synced"), !Self.take(&scanner, &times.first) { return nil }
        var isGroup: Bool?
        if scanner.member("group") {
            guard scanner.literal("true") else { return nil }
            isGroup = true
        }
        guard scanner.member("handle"), let handle = scanner.text() else { return nil }
        var lastError: String?
        if scanner.member("last_error") {
            guard let name = scanner.text() else { return nil }
            lastError = name
        }
        if scanner.member("last_synced"), !Self.take(&scanner, &times.last) { return nil }
        var listedSize: Int64?
        if scanner.member("listed_size") {
            guard let bytes = scanner.integer() else { return nil }
            listedSize = bytes
        }
        if scanner.member("mtime"), !Self.take(&scanner, &times.mtime) { return nil }
        guard scanner.member("path"), let path = scanner.text() else { return nil }
        if scanner.member("pending_since"), !Self.take(&scanner, &times.pending) { return nil }
        var reason: String?
        if scanner.member("reason") {
            guard let code = scanner.text() else { return nil }
            reason = code
        }
        guard scanner.member("run"), let runText = scanner.text(like: last?.run.rawValue) else { return nil }
        var sha256: String?
        if scanner.member("sha256") {
            guard let digest = scanner.text() else { return nil }
            sha256 = digest
        }
        var size: Int64?
        if scanner.member("size") {
            guard let bytes = scanner.integer() else { return nil }
            size = bytes
        }
        guard scanner.member("status"), let status = Self.status(&scanner), scanner.member("version"),
            let version = scanner.integer(), scanner.end(),
            let run = last.flatMap({ $0.run.rawValue == runText ? $0.run : nil }) ?? RunID(runText)
        else { return nil }
        self.init(path: VaultPath(path), status: status, version: version, handle: handle, epoch: epoch, run: run)
        self.size = size
        self.sha256 = sha256
        self.crc64nvme = crc64nvme
        self.checkpoint = checkpoint
        self.attempts = Int(attempts)
        self.lastError = lastError.map(SyncError.Name.init(rawValue:))
        self.reason = reason
        self.fingerprint = fingerprint
        self.listedSize = listedSize
        self.isGroup = isGroup
        deletedAt = times.deleted
        mtime = times.mtime
        firstSynced = times.first
        lastSynced = times.last
        pendingSince = times.pending
    }

    private struct Times {
        var deleted: Timestamp?
        var first: Timestamp?
        var last: Timestamp?
        var mtime: Timestamp?
        var pending: Timestamp?
    }

    private static func status(_ scanner: inout LineScanner) -> Status? {
        scanner.literal("\"COMPLETED\"") ? .completed : scanner.text().flatMap(Status.init)
    }

    private static func take(_ scanner: inout LineScanner, _ time: inout Timestamp?) -> Bool {
        time = scanner.integer().map(Timestamp.init(milliseconds:))
        return time != nil
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
