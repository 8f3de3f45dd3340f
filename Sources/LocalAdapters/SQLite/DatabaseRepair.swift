import Foundation
import GRDB
package import SyncCore

/// Looks whether a database is whole before it is used, and puts its newest whole copy in the place of a damaged one.
package struct DatabaseRepair {
    private let path: String
    private let content: String

    /// - Parameters:
    ///   - path: the database's file. Nobody else may have it open.
    ///   - content: what it holds, for people.
    package init(path: String, content: String) {
        self.path = path
        self.content = content
    }

    /// Checks the file and repairs it. A damaged file stays beside the new one, under another name.
    ///
    /// - Returns: a sentence for people when something was amiss.
    /// - Throws: `StoreUnavailable` when the file cannot be read, or nothing can be written beside it.
    package func callAsFunction() throws(SyncError) -> String? {
        let copies = DatabaseBackups(of: path).files
        let isThere = FileManager.default.fileExists(atPath: path)
        if !isThere, copies.isEmpty { return nil }
        if isThere, try isWhole(path) { return nil }
        do {
            let now = FileTime.text(Date())
            for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
                let aside = "\(path).damaged-\(now)\(suffix)"
                guard rename(path + suffix, aside) == 0 else { throw CocoaError(.fileWriteUnknown) }
            }
            let what = isThere ? "is damaged" : "is gone"
            for copy in copies where try isWhole(copy) {
                let half = path + ".half"
                try? FileManager.default.removeItem(atPath: half)
                try FileManager.default.copyItem(atPath: copy, toPath: half)
                guard rename(half, path) == 0 else { throw CocoaError(.fileWriteUnknown) }
                return
                    "the database of \(content) \(what); its copy \(URL(filePath: copy).lastPathComponent) took its place"
            }
            return "the database of \(content) \(what), and there is no copy of it that is whole; a new one is made"
        } catch let error as SyncError {
            throw error
        } catch {
            throw SyncError(
                .storeUnavailable,
                "the database of \(content) is damaged and cannot be replaced; check the permissions of its folder",
                underlying: error
            )
        }
    }

    private func isWhole(_ path: String) throws(SyncError) -> Bool {
        do {
            let database = try DatabaseQueue(path: path)
            let answer = try database.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
            try database.close()
            return answer == "ok"
        } catch let error as DatabaseError where [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode) {
            return false
        } catch {
            throw SyncError(
                .storeUnavailable,
                "the database of \(content) cannot be read; check its permissions",
                underlying: error
            )
        }
    }
}
