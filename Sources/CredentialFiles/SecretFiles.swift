import FoundationEssentials
import SyncCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The credentials file and what is staged beside it. Everything here blocks.
struct SecretFiles {
    private static let largest = 1 << 20

    private let path: String

    init(_ path: String) {
        // Renaming must replace the file, not the link that somebody keeps to it.
        self.path =
            realpath(path, nil).map { resolved in
                defer { free(resolved) }
                return String(cString: resolved)
            } ?? path
    }

    func current() throws(SyncError) -> StoredSecret {
        guard let stored = try read(path) else {
            throw SyncError(
                .invalidConfiguration,
                "there is no credentials file at \(path); name another with --credentials or OBSYNC_CREDENTIALS, or make one: "
                    + "obsync login"
            )
        }
        return stored
    }

    func staged(after version: String) throws(SyncError) -> StoredSecret? {
        try read(pending(version))
    }

    func stage(_ secret: Secret, after version: String) throws -> StoredSecret {
        if let same = try staged(after: version), same.secret == secret { return same }
        try write(try secret.json, to: pending(version))
        guard let stored = try staged(after: version) else { throw unwritable }
        return stored
    }

    /// What was staged after any other version is of no use to anybody afterwards, and is removed.
    func makeCurrent(_ staged: String, insteadOf version: String) throws -> Bool {
        guard try current().version == version, try self.staged(after: version)?.version == staged else { return false }
        guard rename(pending(version), path) == 0 else { throw unwritable }
        syncFolder()
        removePending()
        return true
    }

    /// Makes the file with its folder.
    func create(_ secret: Secret) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw unwritable
        }
        try withLock {
            removePending()
            try write(try secret.json, to: path)
        }
    }

    /// Removes the file, what is staged beside it, and the lock.
    func removeAll() throws {
        try withLock {
            removePending()
            guard unlink(path) == 0 || errno == ENOENT else { throw unwritable }
            unlink(path + ".lock")
            syncFolder()
        }
    }

    private func removePending() {
        let others = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in others where name.hasPrefix(fileName + ".pending-") { unlink(folder + "/" + name) }
    }

    /// Two processes never write at once.
    func withLock<Result>(_ body: () throws -> Result) throws -> Result {
        let file = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw unwritable }
        defer { close(file) }
        guard flock(file, LOCK_EX) == 0 else { throw unwritable }
        return try body()
    }

    private var folder: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
    private var fileName: String { path.split(separator: "/").last.map(String.init) ?? path }

    private func pending(_ version: String) -> String {
        path + ".pending-" + version
    }

    /// Reads a file through one descriptor, so that what is checked is what is read; nil when there is none.
    private func read(_ path: String) throws(SyncError) -> StoredSecret? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if file < 0, errno == ENOENT { return nil }
        guard file >= 0 else { throw unreadable }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= Self.largest else {
            throw unreadable
        }
        guard status.st_mode & 0o077 == 0 else {
            throw SyncError(
                .invalidConfiguration,
                "the credentials file \(path) can be read by others; run: chmod 600 \(path)"
            )
        }
        guard let bytes = Self.read(file) else { throw unreadable }
        // These survive a rename: a staged file is current under the version that it was staged under.
        let version = "\(status.st_ino)-\(status.st_mtim.tv_sec)-\(status.st_mtim.tv_nsec)-\(status.st_size)"
        return StoredSecret(secret: try Secret(json: bytes), version: version)
    }

    private func write(_ bytes: [UInt8], to path: String) throws {
        let temporary = self.path + ".new"
        unlink(temporary)
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw unwritable }
        let isWritten = Self.write(bytes, to: file) && fsync(file) == 0
        guard close(file) == 0, isWritten else { throw unwritable }
        guard rename(temporary, path) == 0 else { throw unwritable }
        syncFolder()
    }

    /// All that a file holds; nil where it cannot be read.
    private static func read(_ file: CInt) -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count <= largest {
            let count = buffer.withUnsafeMutableBytes { systemRead(file, $0.baseAddress, $0.count) }
            if count == 0 { return bytes }
            if count > 0 { bytes += buffer.prefix(count) } else if errno != EINTR { return nil }
        }
        return nil
    }

    /// Writes everything, or answers false.
    private static func write(_ bytes: [UInt8], to file: CInt) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { systemWrite(file, $0.baseAddress, $0.count) }
            if count > 0 { rest = rest.dropFirst(count) } else if errno != EINTR { return false }
        }
        return true
    }

    /// A name is on the disk when its folder is.
    private func syncFolder() {
        let file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { return }
        fsync(file)
        close(file)
    }

    private var unreadable: SyncError {
        SyncError(
            .invalidConfiguration,
            "the credentials file \(path) cannot be read; it has to be a file of at most 1 MiB"
        )
    }

    private var unwritable: SyncError {
        SyncError(
            .invalidConfiguration,
            "the credentials file \(path) cannot be written; check the permissions of its folder"
        )
    }
}

// The type's own methods have these names, too.
private let systemRead: @Sendable (CInt, UnsafeMutableRawPointer?, Int) -> Int = { read($0, $1, $2) }
private let systemWrite: @Sendable (CInt, UnsafeRawPointer?, Int) -> Int = { write($0, $1, $2) }
