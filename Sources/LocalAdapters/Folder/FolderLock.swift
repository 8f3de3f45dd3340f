import Foundation
package import SyncCore

/// Lets one process at a time work on a folder. The lock ends with the process, however it ends.
package final class FolderLock: Sendable {
    private let file: Int32

    /// Takes the lock.
    ///
    /// - Parameter path: the lock's file; it is made when it is not there.
    /// - Throws: `StoreUnavailable` when another process holds it, or the file cannot be made.
    package init(path: String) throws(SyncError) {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw SyncError(.storeUnavailable, "the folder cannot be written to; check its permissions")
        }
        // A share without locks is worked on without one; nothing there could tell two machines from each other.
        guard flock(file, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
            close(file)
            throw SyncError(.storeUnavailable, "another obsync works on this folder; wait until it has ended")
        }
        self.file = file
    }

    deinit {
        close(file)
    }
}
