import Foundation
import GRDB
import LocalAdapters
import SyncCore
import TestSupport
import Testing

@testable import obsync

/// A folder that the present build has worked on, under the first release's own statements.
@Suite("the first release's statements on a database of this build", .tags(.integration))
struct FirstReleaseDatabaseTests {
    @Test("read all bodies, and write as they did", arguments: ["folder-notes", "folder-media"])
    func goBack(_ name: String) async throws {
        try await RecordedFolder.with(name) { mirror in
            _ = try await mirror.redrive()
            let database = try DatabaseQueue(path: mirror.folder.data + "/records.sqlite")
            try await database.write { database in
                let bodies = try String.fetchAll(
                    database,
                    sql: "SELECT body FROM files WHERE path > ?",
                    arguments: [Data()]
                )
                #expect(bodies.count > 50)
                for body in bodies { try Self.read(FirstRelease.FileRecord.self, body) }
                for state in try String.fetchAll(database, sql: "SELECT state FROM vaults WHERE state IS NOT NULL") {
                    try Self.read(FirstRelease.VaultState.self, state)
                }
                for progress in try String.fetchAll(
                    database,
                    sql: "SELECT progress FROM vaults WHERE progress IS NOT NULL"
                ) {
                    try Self.read(FirstRelease.VaultProgress.self, progress)
                }
                for body in try String.fetchAll(database, sql: "SELECT body FROM receipts") {
                    try Self.read(FirstRelease.Receipt.self, body)
                }
                try Self.write(database)
            }
            try database.close()
        }
    }

    private static func read<Form: Decodable>(_ form: Form.Type, _ text: String) throws {
        _ = try JSONDecoder().decode(form, from: Data(text.utf8))
    }

    /// The first release's writes, with no column that it did not know.
    private static func write(_ database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO files (vault, path, version, epoch, pending_since, body) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (vault, path) DO UPDATE SET version = excluded.version, epoch = excluded.epoch,
                    pending_since = excluded.pending_since, body = excluded.body
                WHERE files.version <= excluded.version OR files.epoch <> excluded.epoch
                """,
            arguments: ["vault", Data("path".utf8), 1, "epoch", nil as Int64?, "{}"]
        )
        try database.execute(
            sql: """
                INSERT INTO vaults (vault, lease_owner, lease_expires) VALUES (?, ?, ?)
                ON CONFLICT (vault) DO UPDATE SET lease_owner = excluded.lease_owner, lease_expires = excluded.lease_expires
                """,
            arguments: ["vault", "run", 1]
        )
        try database.execute(
            sql: "INSERT INTO receipts (vault, run, batch, expires, body) VALUES (?, ?, ?, ?, ?)",
            arguments: ["vault", "run", 1, 1, "{}"]
        )
        try database.execute(
            sql: "INSERT INTO folders (folder, vault) VALUES (?, ?) ON CONFLICT (folder) DO NOTHING",
            arguments: ["folder", "vault"]
        )
        try database.execute(sql: "INSERT INTO notes (key, expires) VALUES (?, ?)", arguments: ["key", 1])
    }
}
