import Foundation
import GRDB
import SyncCore
import Testing

@testable import LocalAdapters

@Suite("The databases of a mirror")
struct DatabaseFileTests {
    /// A database as an earlier release has left it, with one vault.
    private func makeOld(_ path: String, upTo migration: String = "notes") throws {
        let database = try DatabasePool(path: path)
        try SQLiteRecordStore.migrator.migrate(database, upTo: migration)
        try database.write { try $0.execute(sql: "INSERT INTO vaults (vault) VALUES ('notes')") }
        try database.close()
    }

    private func vaults(_ path: String) throws -> [String] {
        let database = try DatabaseQueue(path: path)
        return try database.read { try String.fetchAll($0, sql: "SELECT vault FROM vaults") }
    }

    /// Overwrites the middle of the file.
    private func damage(_ path: String) throws {
        let file = try #require(FileHandle(forWritingAtPath: path))
        let end = try file.seekToEnd()
        for offset in stride(from: UInt64(0), to: end, by: 1024) {
            try file.seek(toOffset: offset)
            try file.write(contentsOf: Data(repeating: 0x5A, count: 600))
        }
        try file.close()
    }

    @Test("the tables of an earlier release grow, and what was there before is kept as a copy")
    func growth() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/records.sqlite"
            try makeOld(path)
            let store = try SQLiteRecordStore(path: path)
            #expect(try await store.vaults().map(\.rawValue) == ["notes"])
            let copies = DatabaseBackups(of: path).files
            #expect(copies.count == 1)
            let copy = try DatabaseQueue(path: try #require(copies.first))
            let (applied, vaults, hasHistory) = try await copy.read { database in
                (
                    try SQLiteRecordStore.migrator.appliedIdentifiers(database),
                    try String.fetchAll(database, sql: "SELECT vault FROM vaults"),
                    try database.tableExists("history")
                )
            }
            #expect(applied == ["records", "folders", "notes"])
            #expect(vaults == ["notes"] && !hasHistory)
            // What is up to date is not copied again, and neither is what is new.
            _ = try SQLiteRecordStore(path: path)
            _ = try SQLiteRecordStore(path: folder + "/new.sqlite")
            #expect(DatabaseBackups(of: path).files == copies)
            #expect(DatabaseBackups(of: folder + "/new.sqlite").files.isEmpty)
        }
    }

    @Test("what a newer version has written is refused in one sentence and left alone")
    func newer() async throws {
        try await withTemporaryFolder { folder in
            for (path, open) in [
                (folder + "/records.sqlite", { _ = try SQLiteRecordStore(path: folder + "/records.sqlite") }),
                (folder + "/executions.sqlite", { _ = try SQLiteExecutionStore(path: folder + "/executions.sqlite") }),
            ] as [(String, () throws -> Void)] {
                try open()
                let database = try DatabaseQueue(path: path)
                try await database.write {
                    try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('of the future')")
                }
                let before = try await Self.schema(database)
                let error = #expect(throws: SyncError.self) { try open() }
                #expect(error?.name == .invalidConfiguration)
                #expect(error?.message.contains("newer version") == true)
                let after = try await Self.schema(database)
                #expect(after == before && after.contains("of the future"))
                #expect(DatabaseBackups(of: path).files.isEmpty)
            }
        }
    }

    @Test("the three newest copies are kept, and a new one is made when they are old")
    func threeCopies() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/records.sqlite"
            let store = try SQLiteRecordStore(path: path)
            let begin = Date(timeIntervalSince1970: 1_800_000_000)
            for day in 0..<5 {
                try DatabaseBackups(of: path).add(store.database, at: begin.addingTimeInterval(Double(day) * 86_400))
            }
            let names = DatabaseBackups(of: path).files.map { URL(filePath: $0).lastPathComponent }
            #expect(
                names == [
                    "records-2027-01-19T08-00-00Z.sqlite", "records-2027-01-18T08-00-00Z.sqlite",
                    "records-2027-01-17T08-00-00Z.sqlite",
                ]
            )
            let now = try #require(DatabaseBackups(of: path).newest)
            try store.backUp(ifOlderThan: .seconds(3600), now: now.addingTimeInterval(3000))
            #expect(DatabaseBackups(of: path).files.map { URL(filePath: $0).lastPathComponent } == names)
            try store.backUp(ifOlderThan: .seconds(3600), now: begin.addingTimeInterval(90 * 86_400))
            #expect(DatabaseBackups(of: path).files.first?.contains("2027-04-15") == true)
        }
    }

    @Test("a damaged or lost file gives way to the newest copy that is whole", arguments: [true, false])
    func repair(isDamaged: Bool) async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/records.sqlite"
            try makeOld(path)
            let repair = DatabaseRepair(path: path, content: "records")
            #expect(try repair() == nil)
            let database = try DatabaseQueue(path: path)
            for time in [1_800_000_000, 1_800_100_000.0] {
                try DatabaseBackups(of: path).add(database, at: Date(timeIntervalSince1970: time))
            }
            try database.close()
            try damage(try #require(DatabaseBackups(of: path).files.first))
            if isDamaged { try damage(path) } else { try FileManager.default.removeItem(atPath: path) }
            let note = try #require(try repair())
            #expect(note.contains("records-2027-01-15T08-00-00Z.sqlite"))
            #expect(try vaults(path) == ["notes"])
            #expect(try await SQLiteRecordStore(path: path).vaults().map(\.rawValue) == ["notes"])
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(names.contains { $0.hasPrefix("records.sqlite.damaged-") } == isDamaged)
        }
    }

    @Test("without a copy a new database takes the place of a damaged one, and nothing is said where none ever was")
    func noCopy() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/records.sqlite"
            let repair = DatabaseRepair(path: path, content: "records")
            #expect(try repair() == nil)
            try Data("no database at all, but long enough to be read as one".utf8).write(to: URL(filePath: path))
            #expect(throws: SyncError.self) { try SQLiteRecordStore(path: path) }
            #expect(try repair()?.contains("no copy") == true)
            #expect(try await SQLiteRecordStore(path: path).vaults().isEmpty)
        }
    }

    /// The tables of a database, and what has been done to them.
    private static func schema(_ database: DatabaseQueue) async throws -> [String] {
        try await database.read { database in
            try String.fetchAll(database, sql: "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")
                + String.fetchAll(database, sql: "SELECT identifier FROM grdb_migrations ORDER BY identifier")
        }
    }
}
