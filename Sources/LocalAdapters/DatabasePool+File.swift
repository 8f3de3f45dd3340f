import GRDB
import SyncCore

extension DatabasePool {
    /// Opens a database, and makes it when it is not there.
    ///
    /// - Parameters:
    ///   - path: the database's file.
    ///   - migrator: brings its tables up to date.
    ///   - content: what the database holds, for people.
    /// - Returns: the database.
    /// - Throws: `StoreUnavailable` when the file cannot be opened or is no database.
    static func open(_ path: String, _ migrator: DatabaseMigrator, _ content: String) throws(SyncError) -> DatabasePool
    {
        do {
            var configuration = Configuration()
            configuration.busyMode = .timeout(10)
            let database = try DatabasePool(path: path, configuration: configuration)
            try migrator.migrate(database)
            return database
        } catch {
            throw SyncError(
                .storeUnavailable,
                "the database of \(content) cannot be opened; check the folder, or move the file away to start anew",
                underlying: error
            )
        }
    }
}
