import GRDB
import SyncCore

/// Looks whether a database of ours is whole.
package enum DatabaseCheck {
    /// What SQLite finds wrong with a file.
    ///
    /// - Parameter path: the database's file, which is only read.
    /// - Returns: nil for a database that is whole.
    /// - Throws: `StoreUnavailable` when it cannot be read at all.
    package static func problem(in path: String) async throws -> String? {
        do {
            var configuration = Configuration()
            configuration.readonly = true
            let database = try DatabaseQueue(path: path, configuration: configuration)
            let answer = try await database.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
            return answer == "ok" ? nil : answer ?? "no answer"
        } catch let error as DatabaseError where [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode) {
            return error.message ?? "it is no database"
        } catch {
            throw SyncError(.storeUnavailable, "a database cannot be read", underlying: error)
        }
    }
}
