package import SyncCore
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Says what is wrong with a destination, and remembers what nothing helps against but a person.
package final class DestinationTrouble: Sendable {
    private let path: String
    private let worst = Mutex<SyncError?>(nil)

    /// - Parameter path: the folder that the mirror is in.
    package init(path: String) {
        self.path = path
    }

    /// The first failure that concerns the whole destination: it is full, read-only or gone.
    package var error: SyncError? { worst.withLock { $0 } }

    /// The error of a call that failed.
    func error(_ failure: FileFailure) -> SyncError {
        let error = SyncError(name(failure), sentence(failure), reason: failure.name)
        if Self.fatal.contains(failure.code) { worst.withLock { $0 = $0 ?? error } }
        return error
    }

    /// Notes that the disk is full, where it is and a database has failed for it.
    package func noteFullDisk() {
        guard let space = FreeSpace(of: path), space.free < 64 << 10 else { return }
        _ = error(FileFailure(ENOSPC))
    }

    /// Notes that the destination has gone.
    package func noteGone() -> SyncError {
        error(FileFailure(ENODEV))
    }

    private static let fatal: Set<Int32> = [
        ENOSPC, EDQUOT, EROFS, ENODEV, ENXIO, ENOTCONN, ESTALE, EHOSTDOWN, ETIMEDOUT, EXDEV, ENOENT,
    ]

    private func name(_ failure: FileFailure) -> SyncError.Name {
        switch failure.code {
        case ENAMETOOLONG, EILSEQ: .nameRefused
        case EFBIG: .tooLarge
        default: .storeUnavailable
        }
    }

    private func sentence(_ failure: FileFailure) -> String {
        let space = FreeSpace(of: path).map { " (\($0))" } ?? ""
        return switch failure.code {
        case ENAMETOOLONG, EILSEQ: "the file system of \(path) does not take a name"
        case EFBIG: "the file system of \(path) does not take a file of this size"
        case ENOSPC: "no space left on \(path)\(space); make room and start again"
        case EDQUOT: "the quota on \(path) is used up\(space); make room and start again"
        case EROFS: "\(path) is read-only; mount it for writing and start again"
        case EACCES, EPERM: "\(path) cannot be written to; check its permissions"
        case ENOENT, ENODEV, ENXIO, ENOTCONN, ESTALE, EHOSTDOWN, ETIMEDOUT:
            "\(path) is gone; check that its disk or share is there, and start again"
        case EXDEV: "\(path) and its folder .obsync are on two file systems; they have to be on one"
        case EIO: "the disk of \(path) reports a fault\(space); check the disk"
        case ENOTDIR, EISDIR, EEXIST, ENOTEMPTY:
            "in \(path) a file stands where a folder is needed, or the other way round"
        default: "the file system of \(path) refuses a call (\(failure.name))\(space)"
        }
    }
}

/// How much room a file system has.
package struct FreeSpace: Sendable, CustomStringConvertible {
    /// Bytes that this user may still write.
    package let free: Int64
    /// All bytes.
    package let total: Int64

    /// Makes a figure.
    package init(free: Int64, total: Int64) {
        self.free = free
        self.total = total
    }

    /// Asks the file system that a folder lies on; nil when it does not answer.
    package init?(of path: String) {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        let block = Int64(clamping: status.f_frsize)
        self.init(free: Int64(clamping: status.f_bavail) * block, total: Int64(clamping: status.f_blocks) * block)
    }

    /// Whether nothing can be written on the file system that a folder lies on.
    static func isReadOnly(_ path: String) -> Bool {
        var status = statvfs()
        return statvfs(path, &status) == 0 && status.f_flag & UInt(ST_RDONLY) != 0
    }

    /// Such as `0 of 2.0 MB free`.
    package var description: String { "\(Self.text(free)) of \(Self.text(total)) free" }

    /// A number of bytes, for people.
    package static func text(_ bytes: Int64) -> String {
        guard bytes >= 1000 else { return "\(bytes)" }
        var value = Double(bytes) / 1000
        for unit in ["KB", "MB", "GB"] {
            if value < 999.95 { return "\(tenths(value)) \(unit)" }
            value /= 1000
        }
        return "\(tenths(value)) TB"
    }

    private static func tenths(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
