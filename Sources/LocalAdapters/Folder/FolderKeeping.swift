package import Checksums
package import Clocks
package import Foundation
import SyncCore

/// What a store needs in order to tell its own files from those of the user, and to keep what it takes out of the mirror.
package struct FolderKeeping: Sendable {
    let index: FolderIndex
    /// The folder of the history: it is on the file system of the mirror.
    let history: FolderTree
    /// The folder within it for what this run sets aside.
    let period: String
    let now: @Sendable () -> Timestamp
    let makeHasher: MakeContentHasher

    /// Makes one for a run.
    ///
    /// - Parameters:
    ///   - records: the records of the mirror.
    ///   - history: the folder that keeps what is set aside.
    ///   - begun: when the run began.
    ///   - now: tells the time.
    ///   - makeHasher: makes SHA-256 hashers.
    package init(
        _ records: SQLiteRecordStore,
        history: String,
        begun: Date,
        now: @escaping @Sendable () -> Timestamp,
        makeHasher: @escaping MakeContentHasher
    ) {
        index = FolderIndex(database: records.database)
        self.history = FolderTree(root: history)
        period = FileTime.text(begun)
        self.now = now
        self.makeHasher = makeHasher
    }
}
