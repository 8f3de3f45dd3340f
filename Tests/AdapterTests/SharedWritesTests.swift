import GRDB
import Synchronization
import TestSupport
import Testing

@testable import LocalAdapters

@Suite("Writes that share a transaction")
struct SharedWritesTests {
    private struct Refused: Error {}

    private func withTable(_ body: (DatabasePool) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let database = try DatabasePool(path: folder + "/test.sqlite")
            try await database.write { try $0.execute(sql: "CREATE TABLE numbers (number INTEGER PRIMARY KEY)") }
            try await body(database)
        }
    }

    @Test("each is told what it has changed, and all are there")
    func all() async throws {
        try await withTable { database in
            let writes = SharedWrites()
            let changed = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<500 {
                    group.addTask {
                        try await writes(in: database) { database in
                            try database.execute(
                                sql: "INSERT OR IGNORE INTO numbers VALUES (?)",
                                arguments: [number / 2]
                            )
                            return database.changesCount > 0
                        }
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(changed == 250)
            let count = try await database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM numbers") }
            #expect(count == 250)
        }
    }

    @Test("one that fails costs itself alone")
    func failure() async throws {
        try await withTable { database in
            let writes = SharedWrites()
            let failed = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        do {
                            _ = try await writes(in: database) { database in
                                if number % 10 == 3 { throw Refused() }
                                try database.execute(sql: "INSERT INTO numbers VALUES (?)", arguments: [number])
                                return true
                            }
                            return false
                        } catch {
                            return error is Refused
                        }
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(failed == 20)
            let count = try await database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM numbers") }
            #expect(count == 180)
        }
    }
}
