package import Clocks
import FoundationEssentials
import GRDB
package import SyncCore

/// Records in an SQLite database.
///
/// Paths are stored as BLOBs, which are compared by their bytes as `VaultPath` does; a TEXT would end at a NUL byte.
/// Every write is a transaction, which records that are saved at the same time share.
package struct SQLiteRecordStore: RecordStore {
    private static let pageSize = 500
    let database: DatabasePool
    private let writes = SharedWrites()
    private static let saving = """
        INSERT INTO files (vault, path, version, epoch, pending_since, body) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (vault, path) DO UPDATE SET version = excluded.version, epoch = excluded.epoch,
            pending_since = excluded.pending_since, body = excluded.body
        WHERE files.version <= excluded.version OR files.epoch <> excluded.epoch
        """

    /// Opens the database, and makes it when it is not there.
    ///
    /// - Throws: `StoreUnavailable` when the file cannot be opened or is no database, `InvalidConfiguration` when a newer
    ///   program has written it.
    package init(path: String) throws(SyncError) {
        database = try DatabaseFile(path: path, content: "records", migrator: Self.migrator).open()
    }

    package func records(of paths: [VaultPath], in vault: VaultID) async throws -> [VaultPath: FileRecord] {
        guard !paths.isEmpty else { return [:] }
        let marks = Array(repeating: "?", count: paths.count).joined(separator: ",")
        let found = try await readFiles(
            "SELECT body FROM files WHERE vault = ? AND path IN (\(marks))",
            [vault.rawValue] + paths.map(\.blob)
        )
        return Dictionary(found.map { ($0.path, $0) }) { first, _ in first }
    }

    package func allRecords(
        in vault: VaultID,
        after path: VaultPath?
    ) -> any AsyncSequence<[FileRecord], any Error> & Sendable {
        Pages { last in
            try await readFiles(
                "SELECT body FROM files WHERE vault = ? AND path > ? ORDER BY path LIMIT \(Self.pageSize)",
                [vault.rawValue, (last?.path ?? path)?.blob ?? Data()]
            )
        }
    }

    package func someRecords(below folder: VaultPath, in vault: VaultID) async throws -> [FileRecord] {
        let found = try await readFiles(
            "SELECT body FROM files WHERE vault = ? AND path > ? ORDER BY path LIMIT 10",
            [vault.rawValue, VaultPath("\(folder.rawValue)/").blob]
        )
        return Array(found.prefix { $0.path.isBelow(folder) })
    }

    package func pendingRecords(in vault: VaultID) -> any AsyncSequence<FileRecord, any Error> & Sendable {
        Elements { last in
            try await readFiles(
                """
                SELECT body FROM files WHERE vault = ? AND path > ? AND pending_since IS NOT NULL
                ORDER BY path LIMIT \(Self.pageSize)
                """,
                [vault.rawValue, last?.path.blob ?? Data()]
            )
        }
    }

    package func save(_ record: FileRecord, in vault: VaultID) async throws -> Bool {
        let body = try text(of: record)
        do {
            return try await writes(in: database) { database in
                try database.cachedStatement(sql: Self.saving).execute(arguments: [
                    vault.rawValue, record.path.blob, record.version, record.epoch.rawValue,
                    record.pendingSince?.milliseconds, body,
                ])
                return database.changesCount > 0
            }
        } catch {
            throw mapped(error)
        }
    }

    package func claim(folder: String, for vault: VaultID) async throws -> VaultID {
        let owner = try await write { database in
            try database.execute(
                sql: "INSERT INTO folders (folder, vault) VALUES (?, ?) ON CONFLICT (folder) DO NOTHING",
                arguments: [folder, vault.rawValue]
            )
            return try String.fetchOne(database, sql: "SELECT vault FROM folders WHERE folder = ?", arguments: [folder])
        }
        return owner.flatMap { VaultID($0) } ?? vault
    }

    package func vaultsWithFolders() async throws -> Set<VaultID> {
        Set(try await bodies("SELECT DISTINCT vault FROM folders", []) { VaultID($0) }.compactMap(\.self))
    }

    package func state(of vault: VaultID) async throws -> VaultState? {
        let found: [VaultState] = try await read(
            "SELECT state FROM vaults WHERE vault = ? AND state IS NOT NULL",
            [vault.rawValue]
        )
        return found.first
    }

    package func commit(_ state: VaultState, of vault: VaultID) async throws -> Bool {
        let body = try text(of: state)
        return try await write { database in
            try database.execute(
                sql: "UPDATE vaults SET state = ? WHERE vault = ? AND lease_owner = ?",
                arguments: [body, vault.rawValue, state.run.rawValue]
            )
            return database.changesCount > 0
        }
    }

    /// The vaults that anything is known of.
    ///
    /// - Throws: `StoreUnavailable`.
    package func vaults() async throws -> [VaultID] {
        try await bodies("SELECT vault FROM vaults ORDER BY vault", []) { VaultID($0) }.compactMap(\.self)
    }

    package func progress(of vault: VaultID) async throws -> VaultProgress? {
        let found: [VaultProgress] = try await read(
            "SELECT progress FROM vaults WHERE vault = ? AND progress IS NOT NULL",
            [vault.rawValue]
        )
        return found.first
    }

    package func save(_ progress: VaultProgress, of vault: VaultID, expires: Timestamp?) async throws {
        let body = try text(of: progress)
        try await write { database in
            try database.execute(
                sql: """
                    INSERT INTO vaults (vault, progress, progress_expires) VALUES (?, ?, ?)
                    ON CONFLICT (vault) DO UPDATE
                    SET progress = excluded.progress, progress_expires = excluded.progress_expires
                    """,
                arguments: [vault.rawValue, body, expires?.milliseconds]
            )
        }
    }

    package func save(_ receipt: Receipt, of run: RunID, in vault: VaultID, expires: Timestamp) async throws {
        let body = try text(of: receipt)
        try await write { database in
            try database.execute(
                sql: "INSERT OR REPLACE INTO receipts (vault, run, batch, expires, body) VALUES (?, ?, ?, ?, ?)",
                arguments: [vault.rawValue, run.rawValue, receipt.batch, expires.milliseconds, body]
            )
        }
    }

    package func receipts(
        of run: RunID,
        in vault: VaultID,
        from first: Int
    ) -> any AsyncSequence<Receipt, any Error> & Sendable {
        Elements { last in
            try await read(
                """
                SELECT body FROM receipts WHERE vault = ? AND run = ? AND batch >= CAST(? AS INTEGER)
                ORDER BY batch LIMIT \(Self.pageSize)
                """,
                [vault.rawValue, run.rawValue, String(last.map { $0.batch + 1 } ?? first)]
            )
        }
    }
}

extension SQLiteRecordStore {
    private func text(of value: some Encodable) throws -> String {
        String(decoding: try FunctionJSON.encode(value), as: UTF8.self)
    }

    private func read<Value: Decodable & Sendable>(
        _ sql: String,
        _ arguments: [any DatabaseValueConvertible & Sendable]
    ) async throws -> [Value] {
        try await bodies(sql, arguments) { try JSONDecoder().decode(Value.self, from: Data($0.utf8)) }
    }

    private func readFiles(
        _ sql: String,
        _ arguments: [any DatabaseValueConvertible & Sendable]
    ) async throws -> [FileRecord] {
        try await bodies(sql, arguments) { try FileRecord(json: $0.utf8) }
    }

    private func bodies<Value>(
        _ sql: String,
        _ arguments: [any DatabaseValueConvertible & Sendable],
        _ decode: (String) throws -> Value
    ) async throws -> [Value] {
        do {
            let bodies = try await database.read { database in
                try String.fetchAll(database, sql: sql, arguments: StatementArguments(arguments))
            }
            return try bodies.map(decode)
        } catch {
            throw mapped(error)
        }
    }

    @discardableResult
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await database.write(body)
        } catch {
            throw mapped(error)
        }
    }

    private func mapped(_ error: any Error) -> any Error {
        if error is CancellationError || error is SyncError { return error }
        return SyncError(.storeUnavailable, "the record database refuses a call", underlying: error)
    }
}

extension VaultPath {
    fileprivate var blob: Data { Data(rawValue.utf8) }
}
