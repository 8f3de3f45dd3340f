import Checksums
import Clocks
import Foundation
import GRDB
import SyncCore

/// What a file of the mirror held when it was stored.
struct StoredContent: Hashable, Sendable {
    /// The mark of the file then.
    var fingerprint: ObjectFingerprint?
    var sha256: String?
    var crc64nvme: CRC64NVME?
    /// The source's version.
    var version: String?

    /// Whether bytes with these checksums are these; false where nothing is known of them.
    func hasBytes(sha256: String, crc64nvme: CRC64NVME) -> Bool {
        if let known = self.sha256 { return known == sha256 }
        return self.crc64nvme == crc64nvme
    }
}

/// The tables of the records that tell what each file of the mirror is and what was set aside. All calls block.
///
/// A row about a file is written before the file is put in its place and tells of both, what goes there and what stands
/// there: so a process may die at any moment, and the next one knows either as ours.
struct FolderIndex: Sendable {
    let database: DatabasePool

    /// What a key's file may hold: the newest first. Where no row tells, the file's record does.
    func contents(of key: String) throws -> [StoredContent] {
        try mapped {
            try database.read { database in
                let row = try Row.fetchOne(
                    database,
                    sql: "SELECT * FROM objects WHERE key = ?",
                    arguments: [Data(key.utf8)]
                )
                guard let row else { return try Self.recorded(key, database) }
                var current = StoredContent(row, prefix: "")
                current.version = row["version"]
                return [current, StoredContent(row, prefix: "previous_")].filter { $0.fingerprint != nil }
            }
        }
    }

    /// What the record of a file says of its content. Records of the first release have no mark of the file.
    private static func recorded(_ key: String, _ database: Database) throws -> [StoredContent] {
        let parts = key.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 1)
        let bodies = try String.fetchAll(
            database,
            sql: """
                SELECT body FROM files WHERE path = ? AND vault = (SELECT vault FROM folders WHERE folder = ?)
                UNION ALL SELECT body FROM files
                WHERE path = ? AND vault IN (SELECT vault FROM vaults WHERE vault NOT IN (SELECT vault FROM folders))
                """,
            arguments: [
                Data(parts.count > 1 ? parts[1] : parts[0]), String(decoding: parts[0], as: UTF8.self), Data(key.utf8),
            ]
        )
        return try bodies.map { try FileRecord(json: $0.utf8) }.compactMap { record in
            let isStored = record.isStored
            guard isStored || record.fingerprint != nil else { return nil }
            return StoredContent(
                fingerprint: record.fingerprint,
                sha256: isStored ? record.sha256 : nil,
                crc64nvme: isStored ? record.crc64nvme : nil
            )
        }
    }

    /// Whether the mirror has files below a folder.
    func hasFiles(below folder: String) throws -> Bool {
        let (from, to) = (Data((folder + "/").utf8), Data((folder + "0").utf8))
        return try mapped {
            try database.read { database in
                let found = try Int.fetchOne(
                    database,
                    sql: "SELECT 1 FROM objects WHERE key > ? AND key < ? LIMIT 1",
                    arguments: [from, to]
                )
                return found != nil
            }
        }
    }

    /// Notes what is about to take a key's place, what stands there of ours, and what is set aside for it.
    ///
    /// - Parameters:
    ///   - next: what takes the place.
    ///   - key: the place.
    ///   - standing: what stands there, where that is ours.
    ///   - aside: what is set aside.
    ///   - now: the time; nil where the mirror held those bytes before.
    /// - Throws: `StoreUnavailable`.
    func intend(
        _ next: StoredContent,
        at key: String,
        insteadOf standing: StoredContent?,
        _ aside: SetAside?,
        now: Timestamp?
    ) throws {
        try write { database in
            // While the row still tells since when the mirror holds what is set aside.
            if let aside { try Self.insert(aside, database) }
            try database.execute(
                sql: """
                    INSERT INTO objects (key, fingerprint, sha256, crc64nvme, version,
                        previous_fingerprint, previous_sha256, previous_crc64nvme, since)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (key) DO UPDATE SET fingerprint = excluded.fingerprint, sha256 = excluded.sha256,
                        crc64nvme = excluded.crc64nvme, version = excluded.version,
                        previous_fingerprint = excluded.previous_fingerprint, previous_sha256 = excluded.previous_sha256,
                        previous_crc64nvme = excluded.previous_crc64nvme,
                        since = CASE WHEN excluded.since IS NULL OR sha256 = excluded.sha256
                            OR crc64nvme = excluded.crc64nvme THEN since ELSE excluded.since END
                    """,
                arguments: [
                    Data(key.utf8), next.fingerprint?.rawValue, next.sha256, next.crc64nvme?.description, next.version,
                    standing?.fingerprint?.rawValue, standing?.sha256, standing?.crc64nvme?.description,
                    now?.milliseconds,
                ]
            )
        }
    }

    /// Since when the mirror holds what it holds, by key, as far as that was noted.
    ///
    /// - Parameters:
    ///   - prefix: only keys that begin so.
    ///   - key: only keys after this one.
    ///   - last: only keys up to this one.
    /// - Returns: the moments.
    /// - Throws: `StoreUnavailable`.
    func beginnings(below prefix: String, after key: String?, upTo last: String) throws -> [VaultPath: Timestamp] {
        try mapped {
            try database.read { database in
                let rows = try Row.fetchAll(
                    database,
                    sql: "SELECT key, since FROM objects WHERE key > ? AND key <= ? AND since IS NOT NULL",
                    arguments: [Data((key ?? prefix).utf8), Data(last.utf8)]
                )
                return Dictionary(
                    uniqueKeysWithValues: rows.map {
                        (
                            VaultPath(String(decoding: $0["key"] as Data, as: UTF8.self)),
                            Timestamp(milliseconds: $0["since"])
                        )
                    }
                )
            }
        }
    }

    /// How many files were replaced or deleted below a prefix since then.
    func countOfChanges(below prefix: String, since begun: Timestamp) throws -> Int {
        try mapped {
            try database.read { database in
                try Int.fetchOne(
                    database,
                    sql: """
                        SELECT count(*) FROM history WHERE until >= ? AND substr(key, 1, ?) = ? AND ending IN (?, ?)
                        """,
                    arguments: [
                        begun.milliseconds, prefix.utf8.count, Data(prefix.utf8),
                        FileVersion.Ending.changed.rawValue, FileVersion.Ending.deleted.rawValue,
                    ]
                ) ?? 0
            }
        }
    }

    /// Notes that a file with other times or another inode is ours all the same.
    func recognise(_ content: StoredContent, at key: String) throws {
        try intend(content, at: key, insteadOf: nil, nil, now: nil)
    }

    /// Notes that a key has no file of ours.
    func forget(_ key: String) throws {
        try write { database in
            try database.execute(sql: "DELETE FROM objects WHERE key = ?", arguments: [Data(key.utf8)])
        }
    }

    /// Notes what is set aside, or what is known better of it now.
    func note(_ aside: SetAside) throws {
        try write { try Self.insert(aside, $0) }
    }

    /// Forgets what was set aside.
    func forget(_ aside: SetAside) throws {
        try forget([aside])
    }

    /// What was set aside, by key and time.
    ///
    /// - Parameters:
    ///   - prefix: only keys that begin so.
    ///   - key: only keys after this one.
    ///   - last: only keys up to this one; nil for all.
    /// - Returns: the rows.
    /// - Throws: `StoreUnavailable`.
    func setAside(below prefix: String, after key: String?, upTo last: String? = nil) throws -> [SetAside] {
        try mapped {
            try database.read { database in
                try Row.fetchAll(
                    database,
                    sql: """
                        SELECT * FROM history WHERE substr(key, 1, ?) = ? AND key > ? AND (? IS NULL OR key <= ?)
                        ORDER BY key, until, place
                        """,
                    arguments: [
                        prefix.utf8.count, Data(prefix.utf8), Data((key ?? prefix).utf8), last.map { Data($0.utf8) },
                        last.map { Data($0.utf8) },
                    ]
                ).map(SetAside.init)
            }
        }
    }

    private static func insert(_ aside: SetAside, _ database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO history (key, place, until, ending, size, sha256, crc64nvme, mtime, since)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, (SELECT since FROM objects WHERE key = ?1))
                ON CONFLICT (key, place) DO UPDATE SET until = excluded.until, ending = excluded.ending,
                    size = excluded.size, sha256 = excluded.sha256, crc64nvme = excluded.crc64nvme, mtime = excluded.mtime
                """,
            arguments: [
                Data(aside.key.utf8), Data(aside.place.utf8), aside.until.milliseconds, aside.ending.rawValue,
                aside.size,
                aside.sha256, aside.crc64nvme?.description, aside.mtime?.milliseconds,
            ]
        )
    }

    func write(_ body: (Database) throws -> Void) throws {
        try mapped { try database.write(body) }
    }

    func mapped<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw SyncError(
                .storeUnavailable,
                "the record database refuses a call",
                reason: "SQLITE:\(error.extendedResultCode.rawValue)",
                underlying: error
            )
        }
    }
}

extension StoredContent {
    fileprivate init(_ row: Row, prefix: String) {
        fingerprint = (row[prefix + "fingerprint"] as String?).map { ObjectFingerprint($0) }
        sha256 = row[prefix + "sha256"]
        crc64nvme = (row[prefix + "crc64nvme"] as String?).flatMap { CRC64NVME($0) }
    }
}
