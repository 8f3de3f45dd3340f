package import Clocks
import Foundation
package import SyncCore

/// Lets one process at a time work on a folder. The lock ends with the process, however it ends.
package final class FolderLock: Sendable {
    /// Who holds a lock: the content of its file.
    ///
    ///     {"process": 4711, "since": "2026-11-30T03:15:00.000Z"}
    package struct Holder: Codable, Hashable, Sendable {
        /// The id of the process.
        package var process: Int32
        /// When it took the lock.
        package var since: Timestamp
    }

    /// What came of an attempt to take a lock.
    package enum Attempt: Sendable {
        case taken(FolderLock)
        /// Another process has it; nil where it has not said yet who it is.
        case held(Holder?)
    }

    private let file: Int32

    private init(file: Int32) {
        self.file = file
    }

    /// Takes the lock unless another process holds it.
    ///
    /// - Parameters:
    ///   - path: the lock's file; it is made when it is not there.
    ///   - now: the time, which others are told.
    /// - Returns: the lock, or who holds it.
    /// - Throws: `StoreUnavailable` when the file cannot be made or locked.
    package static func take(path: String, now: Timestamp) throws(SyncError) -> Attempt {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            let failure = FileFailure()
            let folder = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
            throw DestinationTrouble(path: folder).error(failure)
        }
        // Whoever only looks at the lock holds it for a moment.
        var isTaken = flock(file, LOCK_EX | LOCK_NB) == 0
        for _ in 0..<5 where !isTaken && errno == EWOULDBLOCK {
            usleep(20_000)
            isTaken = flock(file, LOCK_EX | LOCK_NB) == 0
        }
        // A share without locks is worked on without one; nothing there could tell two machines from each other.
        if !isTaken, [ENOLCK, ENOTSUP, ENOSYS].contains(errno) { isTaken = true }
        guard isTaken else {
            let code = errno
            close(file)
            guard code == EWOULDBLOCK else {
                throw SyncError(
                    .storeUnavailable,
                    "\(path) cannot be locked: \(String(cString: strerror(code))); is it on a file system without locks?"
                )
            }
            return .held(Self.holder(named: path))
        }
        let holder = Holder(process: getpid(), since: now)
        ftruncate(file, 0)
        if let text = try? FunctionJSON.encode(holder) { pwrite(file, text, text.count, 0) }
        return .taken(FolderLock(file: file))
    }

    /// Who holds the lock at this moment; nil where nobody does. Nothing is taken or written.
    package static func holder(path: String) -> Holder? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        guard flock(file, LOCK_SH | LOCK_NB) != 0 else { return nil }
        return Self.holder(named: path)
    }

    private static func holder(named path: String) -> Holder? {
        FileManager.default.contents(atPath: path).flatMap { try? FunctionJSON.decode(Holder.self, from: $0) }
    }

    deinit {
        close(file)
    }
}
