package import Foundation
import GRDB

extension SQLiteRecordStore {
    /// The tables, as each release has made them.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("records") { database in
            try database.execute(
                sql: """
                    CREATE TABLE files (
                        vault TEXT NOT NULL, path BLOB NOT NULL, version INTEGER NOT NULL, epoch TEXT NOT NULL,
                        pending_since INTEGER, body TEXT NOT NULL, PRIMARY KEY (vault, path)) WITHOUT ROWID;
                    CREATE INDEX files_pending ON files (vault, path) WHERE pending_since IS NOT NULL;
                    CREATE TABLE vaults (vault TEXT PRIMARY KEY, state TEXT, lease_owner TEXT, lease_expires INTEGER,
                        progress TEXT, progress_expires INTEGER) WITHOUT ROWID;
                    CREATE TABLE receipts (
                        vault TEXT NOT NULL, run TEXT NOT NULL, batch INTEGER NOT NULL, expires INTEGER NOT NULL,
                        body TEXT NOT NULL, PRIMARY KEY (vault, run, batch)) WITHOUT ROWID;
                    """
            )
        }
        migrator.registerMigration("folders") { database in
            try database.execute(
                sql: "CREATE TABLE folders (folder TEXT PRIMARY KEY, vault TEXT NOT NULL) WITHOUT ROWID"
            )
        }
        migrator.registerMigration("notes") { database in
            try database.execute(
                sql: "CREATE TABLE notes (key TEXT PRIMARY KEY, expires INTEGER NOT NULL) WITHOUT ROWID"
            )
        }
        migrator.registerMigration("terms") { database in
            try database.execute(
                sql: "ALTER TABLE vaults ADD COLUMN term INTEGER; ALTER TABLE vaults ADD COLUMN term_owner TEXT"
            )
        }
        migrator.registerMigration("history") { database in
            try database.execute(
                sql: """
                    CREATE TABLE objects (
                        key BLOB PRIMARY KEY, fingerprint TEXT, sha256 TEXT, crc64nvme TEXT, version TEXT,
                        previous_fingerprint TEXT, previous_sha256 TEXT, previous_crc64nvme TEXT) WITHOUT ROWID;
                    CREATE TABLE history (
                        key BLOB NOT NULL, place BLOB NOT NULL, until INTEGER NOT NULL,
                        ending TEXT NOT NULL, size INTEGER NOT NULL, sha256 TEXT, crc64nvme TEXT, mtime INTEGER,
                        PRIMARY KEY (key, place)) WITHOUT ROWID;
                    CREATE INDEX history_until ON history (until);
                    """
            )
        }
        migrator.registerMigration("since") { database in
            try database.execute(
                sql: "ALTER TABLE objects ADD COLUMN since INTEGER; ALTER TABLE history ADD COLUMN since INTEGER"
            )
        }
        return migrator
    }

    /// Keeps a copy of the database when the newest one is old, or there is none.
    ///
    /// - Parameters:
    ///   - age: how old the newest copy may be.
    ///   - now: the time.
    /// - Throws: the error of the file system or of SQLite.
    package func backUp(ifOlderThan age: Duration, now: Date) throws {
        let backups = DatabaseBackups(of: database.path)
        if let newest = backups.newest, now.timeIntervalSince(newest) < Double(age.components.seconds) { return }
        try backups.add(database, at: now)
    }
}
