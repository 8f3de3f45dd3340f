package import Clocks
import GRDB
import SyncCore

extension SQLiteRecordStore {
    package func noteOnce(_ key: String, until expires: Timestamp, now: Timestamp) async throws -> Bool {
        try await write { database in
            try database.execute(sql: "DELETE FROM notes WHERE expires <= ?", arguments: [now.milliseconds])
            try database.execute(
                sql: "INSERT OR IGNORE INTO notes (key, expires) VALUES (?, ?)",
                arguments: [key, expires.milliseconds]
            )
            return database.changesCount > 0
        }
    }

    package func forgetNote(_ key: String) async throws {
        try await write { try $0.execute(sql: "DELETE FROM notes WHERE key = ?", arguments: [key]) }
    }
}
