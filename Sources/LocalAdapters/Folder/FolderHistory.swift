package import Clocks
import Foundation
import SyncCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The history of a mirror in a folder: everything that was set aside and is still kept.
package struct FolderHistory: Sendable {
    /// How many versions are in memory at once.
    private static let pageSize = 1000

    private let index: FolderIndex
    private let tree: FolderTree

    /// Opens a history.
    ///
    /// - Parameters:
    ///   - records: the records of the mirror.
    ///   - folder: the folder that keeps what was set aside.
    package init(_ records: SQLiteRecordStore, folder: String) {
        index = FolderIndex(database: records.database)
        tree = FolderTree(root: folder)
    }

    /// What a run set aside of a vault, in files.
    ///
    /// - Parameters:
    ///   - folder: the vault's folder; empty where its files lie at the top.
    ///   - begun: when the run began.
    /// - Returns: how many files were replaced or deleted since then.
    /// - Throws: `StoreUnavailable`.
    package func changes(in folder: String, since begun: Timestamp) throws -> Int {
        try index.countOfChanges(below: folder.isEmpty ? "" : folder + "/", since: begun)
    }

    /// Removes what need not be kept any longer.
    ///
    /// - Parameters:
    ///   - limits: how long things are kept.
    ///   - now: the time.
    /// - Returns: how many versions are gone, and a sentence for people when some went only for room.
    /// - Throws: `StoreUnavailable`.
    package func expire(_ limits: HistoryLimits, now: Timestamp) throws -> (versions: Int, note: String?) {
        let space = FreeSpace(of: tree.root)
        var expiry = HistoryExpiry(limits: limits, now: now)
        var removed = 0
        var last: SetAside?
        repeat {
            let page = try index.expirable(after: last, limit: Self.pageSize)
            last = page.last
            removed += try remove(expiry.expired(page))
        } while last != nil
        removed += try remove(expiry.finish())
        while expiry.needsRoom(space) {
            // What was removed is not found again.
            let gone = expiry.expired(forRoom: try index.oldestExpirable(limit: Self.pageSize), space)
            if gone.isEmpty { break }
            removed += try remove(gone)
        }
        let note =
            "the disk is nearly full (\(space?.description ?? "")), so the oldest versions of the history were removed"
        return (removed, expiry.isForRoom ? note : nil)
    }

    /// Removes versions from the disk, and then from the index.
    private func remove(_ versions: [SetAside]) throws -> Int {
        guard !versions.isEmpty else { return 0 }
        do {
            for version in versions {
                guard let spot = try tree.spot(of: version.place) else { continue }
                try spot.folder.remove(spot.name)
                try tree.removeEmptyFolders(above: version.place)
            }
        } catch {
            throw DestinationTrouble(path: tree.root).error(error)
        }
        try index.forget(versions)
        return versions.count
    }
}
