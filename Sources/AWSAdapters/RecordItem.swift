import AWSClient
import Checksums
import Crypto
import FoundationEssentials
import StreamingCrypto
import SyncCore

/// Records as items of the table, and back.
///
///     {"vault_id": "…", "item": "file#Daily/2026-11-21.md", "path": "…", "status": "COMPLETED", "version": 12545,
///      "epoch": "…", "handle": "12545", "size": 1206, "sha256": "…", "mtime": 1770399182173, "run": "…",
///      "first_synced": …, "last_synced": …, "attempts": 1}
enum RecordItem {
    static let filePrefix = "file#"
    static let state = "state"
    static let progress = "progress"
    /// The largest number that six digits hold.
    static let lastBatch = 999_999
    /// A sort key holds 1,024 bytes.
    private static let longestSortKey = 1024

    static func key(_ vault: VaultID, _ sort: String) -> DynamoRecordStore.Item {
        ["vault_id": .s(vault.rawValue), "item": .s(sort)]
    }

    static func receipt(_ run: RunID, _ batch: Int) -> String {
        "receipt#\(run)#" + KeyMapping.padded(batch)
    }

    static func note(_ key: String) -> String {
        "note#" + key
    }

    /// The sort key of a file. A path that no key can hold cannot be stored as an object either; what is noted of it
    /// goes by the path's digest, outside the sorted records.
    static func sortKey(of path: VaultPath) -> String {
        let plain = filePrefix + path.rawValue
        guard plain.utf8.count > longestSortKey else { return plain }
        return "long-name#" + Hex.encoded(SHA256.hash(data: Array(path.rawValue.utf8)))
    }

    static func item(_ record: FileRecord, in vault: VaultID) throws -> DynamoRecordStore.Item {
        var item = key(vault, sortKey(of: record.path))
        item["path"] = .s(record.path.rawValue)
        item["status"] = .s(record.status.rawValue)
        item["version"] = .n(record.version)
        item["epoch"] = .s(record.epoch)
        item["handle"] = .s(record.handle)
        item["size"] = record.size.map { .n($0) }
        item["sha256"] = record.sha256.map { .s($0) }
        item["crc64nvme"] = record.crc64nvme.map { .s($0.description) }
        item["mtime"] = record.mtime.map { .n($0.milliseconds) }
        item["run"] = .s(record.run.rawValue)
        item["first_synced"] = record.firstSynced.map { .n($0.milliseconds) }
        item["last_synced"] = record.lastSynced.map { .n($0.milliseconds) }
        item["attempts"] = .n(record.attempts)
        item["last_error"] = record.lastError.map { .s($0) }
        item["pending_since"] = record.pendingSince.map { .n($0.milliseconds) }
        item["checkpoint"] = try record.checkpoint.map { .s(try encoded($0)) }
        return item
    }

    static func record(_ item: DynamoRecordStore.Item) throws -> FileRecord {
        guard let path = item["path"]?.string, let version = item["version"]?.integer,
            let status = item["status"]?.string.flatMap(FileRecord.Status.init), let epoch = item["epoch"]?.string,
            let run = item["run"]?.string.flatMap({ RunID($0) })
        else { throw malformed }
        let author = FileRecord.Author(run: run, epoch: epoch, now: Timestamp(milliseconds: 0))
        let entry = Entry(
            kind: .file,
            path: VaultPath(path),
            version: version,
            handle: item["handle"]?.string ?? "",
            size: item["size"]?.integer,
            mtime: timestamp(item["mtime"]),
            sha256: item["sha256"]?.string
        )
        var record = FileRecord(entry, status: status, author: author, previous: nil)
        record.firstSynced = timestamp(item["first_synced"])
        record.lastSynced = timestamp(item["last_synced"])
        record.attempts = Int(clamping: item["attempts"]?.integer ?? 0)
        record.lastError = item["last_error"]?.string
        record.pendingSince = timestamp(item["pending_since"])
        record.crc64nvme = item["crc64nvme"]?.string.flatMap { CRC64NVME($0) }
        record.checkpoint = try item["checkpoint"]?.string.map { try decoded(TransferCheckpoint.self, $0) }
        return record
    }

    static func encoded(_ value: some Encodable) throws -> String {
        String(decoding: try FunctionJSON.encode(value), as: UTF8.self)
    }

    static func decoded<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch {
            throw malformed
        }
    }

    static var malformed: SyncError {
        SyncError(.storeUnavailable, "an item of the table is not what was written there")
    }

    private static func timestamp(_ value: DynamoDB.AttributeValue?) -> Timestamp? {
        value?.integer.map(Timestamp.init(milliseconds:))
    }
}
