import Clocks
import Foundation
import GRDB
package import StateMachine
package import SyncCore

/// Executions of the state machine in an SQLite database.
///
/// A write is one transaction in the write-ahead log: it outlives the process, however that ends; what a power failure
/// may take are the last ones, and a redrive then repeats what they told of.
package struct SQLiteExecutionStore: ExecutionStore {
    private let database: DatabasePool
    private let process: Int32

    /// Opens the database, and makes it when it is not there.
    ///
    /// - Parameters:
    ///   - path: the database's file.
    ///   - process: the process that executions are run by, when they are run through this store.
    /// - Throws: `StoreUnavailable` when the file cannot be opened or is no database, `InvalidConfiguration` when a newer
    ///   program has written it.
    package init(path: String, process: Int32 = getpid()) throws(SyncError) {
        self.process = process
        database = try DatabaseFile(path: path, content: "executions", migrator: Self.migrator).open()
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("executions") { database in
            try database.execute(
                sql: """
                    CREATE TABLE executions (
                        name TEXT PRIMARY KEY, definition TEXT NOT NULL, input TEXT NOT NULL, started TEXT NOT NULL,
                        status TEXT NOT NULL, stopped TEXT, output TEXT, error TEXT, cause TEXT,
                        redrives INTEGER NOT NULL, redriven TEXT, last_event INTEGER NOT NULL, process INTEGER);
                    CREATE INDEX executions_started ON executions (started, name);
                    CREATE TABLE events (
                        execution TEXT NOT NULL REFERENCES executions ON DELETE CASCADE, id INTEGER NOT NULL,
                        previous INTEGER NOT NULL, type TEXT NOT NULL, at TEXT NOT NULL, line TEXT NOT NULL,
                        details TEXT NOT NULL, PRIMARY KEY (execution, id)) WITHOUT ROWID;
                    """
            )
        }
        return migrator
    }

    package func create(_ execution: ExecutionRecord, first event: HistoryEvent) async throws -> Bool {
        let process = process
        return try await write { database in
            guard try Self.record(execution.name, database) == nil else { return false }
            var record = execution
            record.apply(event)
            record.process = process
            try database.execute(
                sql: """
                    INSERT INTO executions (name, definition, input, started, status, redrives, last_event, process)
                    VALUES (?, ?, ?, ?, ?, 0, ?, ?)
                    """,
                arguments: [
                    record.name, record.definition, record.input.jsonText, record.started.description,
                    record.status.rawValue, record.lastEventID, process,
                ]
            )
            try Self.insert(event, of: record.name, database)
            return true
        }
    }

    package func append(_ events: [HistoryEvent], to name: String) async throws {
        let process = process
        try await write { database in
            for event in events { try Self.insert(event, of: name, database) }
            guard var record = try Self.record(name, database) else { return }
            for event in events { record.apply(event) }
            try database.execute(
                sql: """
                    UPDATE executions SET status = ?, stopped = ?, output = ?, error = ?, cause = ?, redrives = ?,
                        redriven = ?, last_event = ?, process = ? WHERE name = ?
                    """,
                arguments: [
                    record.status.rawValue, record.stopped?.description, record.output?.jsonText, record.error,
                    record.cause, record.redriveCount, record.redriven?.description, record.lastEventID, process, name,
                ]
            )
        }
    }

    package func execution(named name: String) async throws -> ExecutionRecord? {
        try await read { try Self.record(name, $0) }
    }

    package func executions(status: ExecutionStatus?, limit: Int) async throws -> [ExecutionRecord] {
        try await read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM executions WHERE ?1 IS NULL OR status = ?1
                    ORDER BY started DESC, name DESC LIMIT ?2
                    """,
                arguments: [status?.rawValue, limit]
            ).map { try ExecutionRecord($0) }
        }
    }

    package func events(of name: String, after id: Int, limit: Int) async throws -> [HistoryEvent] {
        try await read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT * FROM events WHERE execution = ? AND id > ? ORDER BY id LIMIT ?",
                arguments: [name, id, limit]
            ).map { try HistoryEvent($0) }
        }
    }

    package func removeExecutions(endedBefore time: StateMachine.Timestamp) async throws {
        try await write { database in
            try database.execute(sql: "DELETE FROM executions WHERE stopped < ?", arguments: [time.description])
        }
    }

    package func wholeExecutions() async throws -> [ExecutionRecord] {
        try await read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM executions WHERE stopped IS NOT NULL AND definition <> ''
                    ORDER BY started DESC, name DESC
                    """
            ).map { try ExecutionRecord($0) }
        }
    }

    package func condense(_ names: [String]) async throws {
        guard !names.isEmpty else { return }
        try await write { database in
            for name in names {
                // The events go with the row. It is written anew: in the place of a large one it would keep its room.
                try database.execute(
                    sql: """
                        INSERT OR REPLACE INTO executions (name, definition, input, started, status, stopped, output,
                            error, cause, redrives, redriven, last_event, process)
                        SELECT name, '', input, started, status, stopped, output, error, cause, redrives, redriven,
                            last_event, process
                        FROM executions WHERE name = ?
                        """,
                    arguments: [name]
                )
            }
        }
    }
}

extension SQLiteExecutionStore {
    private static func record(_ name: String, _ database: Database) throws -> ExecutionRecord? {
        try Row.fetchOne(database, sql: "SELECT * FROM executions WHERE name = ?", arguments: [name])
            .map { try ExecutionRecord($0) }
    }

    private static func insert(_ event: HistoryEvent, of name: String, _ database: Database) throws {
        let statement = try database.cachedStatement(
            sql: "INSERT INTO events (execution, id, previous, type, at, line, details) VALUES (?, ?, ?, ?, ?, ?, ?)"
        )
        try statement.execute(
            arguments: [
                name, event.id, event.previousEventID, event.type.rawValue, event.timestamp.description,
                event.line.map(String.init).joined(separator: "/"), event.details.json.jsonText,
            ]
        )
    }

    private func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await database.read(body)
        } catch {
            throw Self.mapped(error)
        }
    }

    /// Writes even when the surrounding task is cancelled, as ``ExecutionStore`` asks: GRDB's own `async` functions do not.
    @discardableResult
    private func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            database.asyncWrite(body) { _, result in
                continuation.resume(with: result.mapError { Self.mapped($0) })
            }
        }
    }

    private static func mapped(_ error: any Error) -> any Error {
        if error is CancellationError || error is SyncError { return error }
        return SyncError(.storeUnavailable, "the database of executions refuses a call", underlying: error)
    }
}

extension ExecutionRecord {
    fileprivate init(_ row: Row) throws {
        self.init(
            name: row["name"],
            definition: row["definition"],
            input: try JSONValue(parsing: row["input"]),
            started: try row.timestamp("started")
        )
        status = try row.status()
        stopped = try row.optionalTimestamp("stopped")
        output = try (row["output"] as String?).map { try JSONValue(parsing: $0) }
        error = row["error"]
        cause = row["cause"]
        redriveCount = row["redrives"]
        redriven = try row.optionalTimestamp("redriven")
        lastEventID = row["last_event"]
        process = row["process"]
    }
}

extension HistoryEvent {
    fileprivate init(_ row: Row) throws {
        self.init(
            id: row["id"],
            previousEventID: row["previous"],
            type: HistoryEventType(row["type"]),
            timestamp: try row.timestamp("at"),
            line: (row["line"] as String).split(separator: "/").compactMap { Int($0) },
            details: Details(try JSONValue(parsing: row["details"]))
        )
    }
}

extension Row {
    fileprivate func status() throws -> ExecutionStatus {
        guard let status = ExecutionStatus(rawValue: self["status"]) else { throw Self.damage }
        return status
    }

    fileprivate func timestamp(_ column: String) throws -> StateMachine.Timestamp {
        guard let time = StateMachine.Timestamp(self[column] as String) else { throw Self.damage }
        return time
    }

    fileprivate func optionalTimestamp(_ column: String) throws -> StateMachine.Timestamp? {
        self[column] == nil ? nil : try timestamp(column)
    }

    private static var damage: SyncError {
        SyncError(.storeUnavailable, "the database of executions is damaged; move the file away to start anew")
    }
}
