import Foundation
import GRDB
package import SyncCore

/// A copy of a database for somebody who must not change it.
package enum DatabaseCopy {
    /// Copies a database, also one that is in use at the moment. The original is only read.
    ///
    /// - Parameters:
    ///   - path: the file of the database; where there is none, nothing is copied.
    ///   - copy: the file of the copy, which is not there yet.
    ///   - content: what the database holds, for people.
    /// - Throws: `StoreUnavailable` when it cannot be read or the copy not be written.
    package static func make(of path: String, at copy: String, content: String) throws(SyncError) {
        let files = FileManager.default
        guard files.fileExists(atPath: path) else { return }
        do {
            // Without a log beside it nobody has the database open, and opening it would make one.
            guard files.fileExists(atPath: path + "-wal") else { return try files.copyItem(atPath: path, toPath: copy) }
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(10)
            let source = try DatabaseQueue(path: path, configuration: configuration)
            let target = try DatabaseQueue(path: copy)
            try source.backup(to: target)
            try target.close()
            try source.close()
        } catch {
            throw SyncError(
                .storeUnavailable,
                "the database of \(content) cannot be read; check the permissions of \(path)",
                reason: (error as? DatabaseError).map { "SQLITE:\($0.extendedResultCode.rawValue)" },
                underlying: error
            )
        }
    }
}
