import Foundation
import GRDB
import SyncCore

/// An SQLite database in a file: how it is opened, and what is done before its tables change.
struct DatabaseFile {
    let path: String
    /// What the database holds, for people.
    let content: String
    /// Brings its tables up to date.
    let migrator: DatabaseMigrator

    /// Opens the database, and makes it when it is not there. Before its tables change, a copy of it is kept.
    ///
    /// - Throws: `StoreUnavailable` when the file cannot be opened or is no database, `InvalidConfiguration` when a newer
    ///   program has written it; it is left alone then.
    func open() throws(SyncError) -> DatabasePool {
        do {
            let database = try connect()
            let (isNewer, isOld) = try database.read { database in
                let applied = try migrator.appliedIdentifiers(database)
                let isOld = try !applied.isEmpty && !migrator.hasCompletedMigrations(database)
                return (try migrator.hasBeenSuperseded(database), isOld)
            }
            guard !isNewer else {
                throw SyncError(
                    .invalidConfiguration,
                    "the database of \(content) was written by a newer version of obsync; use that version here"
                )
            }
            if isOld { try DatabaseBackups(of: path).add(database, at: Date()) }
            try migrator.migrate(database)
            return database
        } catch let error as SyncError {
            throw error
        } catch {
            let folder = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
            throw SyncError(
                .storeUnavailable,
                FreeSpace.isReadOnly(folder)
                    ? "\(folder) is read-only, and a database of \(content) has to be written to even to be read; mount it for writing"
                    : "the database of \(content) cannot be opened; check the folder, or move the file away to start anew",
                reason: (error as? DatabaseError).map { "SQLITE:\($0.extendedResultCode.rawValue)" },
                underlying: error
            )
        }
    }

    private func connect() throws -> DatabasePool {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        return try DatabasePool(path: path, configuration: configuration)
    }
}
