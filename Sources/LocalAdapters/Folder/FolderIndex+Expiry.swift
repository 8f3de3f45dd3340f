import Clocks
import Foundation
import GRDB
import SyncCore

extension FolderIndex {
    private static let ours = HistoryExpiry.ours.map(\.rawValue)

    /// Versions that may expire, by key and time.
    ///
    /// - Parameters:
    ///   - last: only what comes after this one; nil for the first ones.
    ///   - limit: how many.
    /// - Returns: the versions; none after the last.
    /// - Throws: `StoreUnavailable`.
    func expirable(after last: SetAside?, limit: Int) throws -> [SetAside] {
        try mapped {
            try database.read { database in
                try Row.fetchAll(
                    database,
                    sql: """
                        SELECT * FROM history WHERE (key, until, place) > (?, ?, ?) AND ending IN (\(databaseQuestionMarks(count: Self.ours.count)))
                        ORDER BY key, until, place LIMIT ?
                        """,
                    arguments: [
                        Data((last?.key ?? "").utf8), last?.until.milliseconds ?? Int64.min,
                        Data((last?.place ?? "").utf8),
                    ] + StatementArguments(Self.ours) + [limit]
                ).map(SetAside.init)
            }
        }
    }

    /// The oldest versions that may expire.
    func oldestExpirable(limit: Int) throws -> [SetAside] {
        try mapped {
            try database.read { database in
                try Row.fetchAll(
                    database,
                    sql: """
                        SELECT * FROM history WHERE ending IN (\(databaseQuestionMarks(count: Self.ours.count)))
                        ORDER BY until, key, place LIMIT ?
                        """,
                    arguments: StatementArguments(Self.ours) + [limit]
                ).map(SetAside.init)
            }
        }
    }

    /// Forgets what was set aside.
    func forget(_ versions: [SetAside]) throws {
        try write { database in
            for version in versions {
                try database.execute(
                    sql: "DELETE FROM history WHERE key = ? AND place = ?",
                    arguments: [Data(version.key.utf8), Data(version.place.utf8)]
                )
            }
        }
    }
}
