import AWSClient
import Checksums
import Clocks
import Crypto
import FoundationEssentials
import SyncCore

/// Records as items of the table, and back.
///
/// What a Query costs goes by the bytes of the items it reads, names included, whatever it gives of them. So names are
/// short, and what goes without saying is left out:
///
/// | attribute | meaning | left out |
/// | --- | --- | --- |
/// | `vault_id`, `item` | the keys; `item` is `file#<path>` | |
/// | `path` | the path | where `item` holds it |
/// | `s` | the status | `COMPLETED` |
/// | `v`, `e` | version and epoch | |
/// | `h` | the handle | where it is the version in decimal |
/// | `n`, `d`, `c`, `m` | size, SHA-256 (its 32 bytes), CRC64NVME, mtime | where they are not known |
/// | `r` | the run that wrote the record; a UUID as its 16 bytes | |
/// | `f`, `l` | first and last synced | never synced; `f` where both are the same |
/// | `a`, `x`, `w` | attempts, last error and why: the other side's code | one attempt; no error; no code |
/// | `b` | the size that the listing gives | where it is the stored one |
/// | `g` | the store's mark of the object; an ETag as its bytes | where the store gave none |
/// | `o` | the form of the item | up to the second |
/// | `u` | when the file was deleted | it is not |
/// | `y` | `group` | it is the record of a file |
/// | `t` | the checkpoint of a transfer | none is on its way |
/// | `pending_since` | since when the file waits; the key of the sparse index | it does not wait |
enum RecordItem {
    static let filePrefix = "file#"
    /// The first sort key after those of the files.
    static let filesEnd = "file$"
    /// The partition of the folders' owners; no vault's id looks so.
    static let folders = "#folders"
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

    /// Where the sort keys of paths after this one begin, at the latest.
    static func firstSortKey(after path: VaultPath?) -> String {
        let plain = filePrefix + (path?.rawValue ?? "")
        var bytes = plain.utf8.prefix(longestSortKey)
        while true {
            if let text = String(bytes) { return text }
            bytes = bytes.dropLast()
        }
    }

    static func item(_ record: FileRecord, in vault: VaultID) throws -> DynamoRecordStore.Item {
        let sortKey = sortKey(of: record.path)
        var item = key(vault, sortKey)
        if !sortKey.hasPrefix(filePrefix) { item["path"] = .s(record.path.rawValue) }
        if record.status != .completed { item["s"] = .s(record.status.rawValue) }
        item["v"] = .n(record.version)
        item["e"] = .s(record.epoch.rawValue)
        if record.handle != String(record.version) { item["h"] = .s(record.handle) }
        item["n"] = record.size.map { .n($0) }
        item["d"] = record.sha256.map(digest)
        item["c"] = record.crc64nvme.map { .s($0.description) }
        item["m"] = record.mtime.map { .n($0.milliseconds) }
        item["r"] = run(record.run)
        if record.firstSynced != record.lastSynced { item["f"] = record.firstSynced.map { .n($0.milliseconds) } }
        item["l"] = record.lastSynced.map { .n($0.milliseconds) }
        if record.attempts != 1 { item["a"] = .n(record.attempts) }
        item["x"] = record.lastError.map { .s($0.rawValue) }
        item["w"] = record.reason.map { .s($0) }
        item["b"] = record.listedSize.map { .n($0) }
        item["g"] = record.fingerprint.map(FingerprintValue.value)
        item["u"] = record.deletedAt.map { .n($0.milliseconds) }
        item["pending_since"] = record.pendingSince.map { .n($0.milliseconds) }
        item["y"] = record.isGroup == true ? .s("group") : nil
        item["t"] = try record.checkpoint.map { .s(try encoded($0)) }
        return item
    }

    static func record(_ item: DynamoRecordStore.Item) throws -> FileRecord {
        if let form = item["o"]?.integer { _ = try DataForm(reading: Int(clamping: form)) }
        guard let path = item["path"]?.string ?? item["item"]?.string.flatMap(path(inSortKey:)),
            let version = item["v"]?.integer,
            let status = FileRecord.Status(rawValue: item["s"]?.string ?? FileRecord.Status.completed.rawValue),
            let epoch = item["e"]?.string.map(VaultEpoch.init(rawValue:)), let run = item["r"].flatMap(run)
        else { throw malformed }
        let author = FileRecord.Author(run: run, epoch: epoch, now: Timestamp(milliseconds: 0))
        let entry = Entry(
            kind: .file,
            path: VaultPath(path),
            version: version,
            handle: item["h"]?.string ?? String(version),
            size: item["n"]?.integer,
            mtime: timestamp(item["m"]),
            sha256: try item["d"].map(digest)
        )
        var record = FileRecord(entry, status: status, author: author, previous: nil)
        record.lastSynced = timestamp(item["l"])
        record.firstSynced = timestamp(item["f"]) ?? record.lastSynced
        record.attempts = item["a"].map { Int(clamping: $0.integer ?? 0) } ?? 1
        record.lastError = (item["x"]?.string).map(SyncError.Name.init(rawValue:))
        record.reason = item["w"]?.string
        record.listedSize = item["b"]?.integer
        record.fingerprint = item["g"].flatMap(FingerprintValue.fingerprint)
        record.deletedAt = timestamp(item["u"])
        record.pendingSince = timestamp(item["pending_since"])
        record.crc64nvme = item["c"]?.string.flatMap { CRC64NVME($0) }
        record.isGroup = item["y"]?.string == "group" ? true : nil
        record.checkpoint = try item["t"]?.string.map { try decoded(TransferCheckpoint.self, $0) }
        return record
    }

    private static func path(inSortKey key: String) -> String? {
        let bytes = key.utf8
        guard bytes.starts(with: filePrefix.utf8) else { return nil }
        return String(bytes.dropFirst(filePrefix.utf8.count))
    }

    /// A UUID as its bytes, which is what Step Functions names most executions by; any other name as it is.
    private static func run(_ run: RunID) -> DynamoDB.AttributeValue {
        guard let uuid = UUID(uuidString: run.rawValue), uuid.uuidString.lowercased() == run.rawValue else {
            return .s(run.rawValue)
        }
        return .b(withUnsafeBytes(of: uuid.uuid) { Data($0) })
    }

    private static func run(_ value: DynamoDB.AttributeValue) -> RunID? {
        guard case .b(let bytes) = value else { return value.string.flatMap { RunID($0) } }
        guard bytes.count == 16 else { return nil }
        var uuid = UUID().uuid
        withUnsafeMutableBytes(of: &uuid) { $0.copyBytes(from: bytes) }
        return RunID(UUID(uuid: uuid).uuidString.lowercased())
    }

    /// A SHA-256 as its bytes; what is none stays the text that it is.
    private static func digest(_ text: String) -> DynamoDB.AttributeValue {
        guard text.utf8.count == 64, let bytes = try? Hex.decoded(text), Hex.encoded(bytes) == text else {
            return .s(text)
        }
        return .b(Data(bytes))
    }

    private static func digest(_ value: DynamoDB.AttributeValue) throws -> String {
        switch value {
        case .b(let bytes): return Hex.encoded(bytes)
        case .s(let text): return text
        default: throw malformed
        }
    }

    static func encoded(_ value: some Encodable) throws -> String {
        String(decoding: try FunctionJSON.encode(value), as: UTF8.self)
    }

    static func decoded<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch let error as SyncError {
            throw error
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
