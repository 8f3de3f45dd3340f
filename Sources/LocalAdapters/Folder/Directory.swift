import CFileCalls

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A folder that is open. What is in it is named by one segment at a time, and no link is followed.
final class Directory: Sendable {
    /// What one step down a path comes to.
    enum Step {
        case folder(Directory)
        case missing
        /// A file stands there, or a link.
        case obstructed
    }

    let descriptor: Int32

    /// Opens a folder by its path. Links in this path are followed: it is the user's.
    init(path: String) throws(FileFailure) {
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFailure() }
    }

    private init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Goes one step down.
    func step(_ name: String) throws(FileFailure) -> Step {
        let opened = openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        if opened >= 0 { return .folder(Directory(descriptor: opened)) }
        switch errno {
        case ENOENT: return .missing
        case ENOTDIR, ELOOP: return .obstructed
        default: throw FileFailure()
        }
    }

    /// Makes a folder; one that is there already is no error.
    func makeDirectory(_ name: String) throws(FileFailure) {
        // The umask takes away what the user does not want.
        if mkdirat(descriptor, name, 0o777) == 0 { return try synchronize() }
        guard errno == EEXIST else { throw FileFailure() }
    }

    /// What stands under a name; nil when nothing does. A link is described, not what it points to.
    func status(of name: String) throws(FileFailure) -> stat? {
        var status = stat()
        if fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 { return status }
        guard errno == ENOENT else { throw FileFailure() }
        return nil
    }

    /// Opens a file for reading; nil when there is none, or something else stands there.
    func file(_ name: String) throws(FileFailure) -> OpenFile? {
        // Opening a pipe must not wait for its other end.
        let opened = openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard opened >= 0 else {
            if [ENOENT, ELOOP, ENXIO, ENOTDIR].contains(errno) { return nil }
            throw FileFailure()
        }
        let file = OpenFile(descriptor: opened)
        return try file.status().isFile ? file : nil
    }

    /// The names of files and folders; those of folders end in `/`. Everything else is left out.
    func names() throws(FileFailure) -> [String] {
        let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0 else { throw FileFailure() }
        guard let entries = fdopendir(copy) else {
            let failure = FileFailure()
            close(copy)
            throw failure
        }
        defer { closedir(entries) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(entries) else {
                guard errno == 0 else { throw FileFailure() }
                return names
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
            }
            guard let name, name != ".", name != "..", let status = try status(of: name) else { continue }
            if status.isFolder { names.append(name + "/") } else if status.isFile { names.append(name) }
        }
    }

    /// Whether nothing is in the folder.
    func isEmpty() throws(FileFailure) -> Bool {
        let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let entries = fdopendir(copy) else { throw FileFailure() }
        defer { closedir(entries) }
        var found = 0
        while readdir(entries) != nil { found += 1 }
        return found <= 2
    }

    /// How ``rename(_:to:_:_:)`` deals with what stands at the new name.
    enum RenameMode {
        case replacing, exchanging, onlyIfFree
    }

    /// Moves something to a name in this or another folder.
    func rename(
        _ name: String,
        to folder: Directory,
        _ newName: String,
        _ mode: RenameMode
    ) throws(FileFailure) {
        let result =
            switch mode {
            case .replacing: renameat(descriptor, name, folder.descriptor, newName)
            case .exchanging:
                file_calls_rename(descriptor, name, folder.descriptor, newName, UInt32(FILE_CALLS_EXCHANGE))
            case .onlyIfFree:
                file_calls_rename(descriptor, name, folder.descriptor, newName, UInt32(FILE_CALLS_NOREPLACE))
            }
        guard result == 0 else { throw FileFailure() }
    }

    /// Gives a file a second name.
    func link(_ name: String, to folder: Directory, _ newName: String) throws(FileFailure) {
        guard linkat(descriptor, name, folder.descriptor, newName, 0) == 0 else { throw FileFailure() }
    }

    /// Removes a file or a link; what is not there counts as removed.
    func remove(_ name: String) throws(FileFailure) {
        guard unlinkat(descriptor, name, 0) != 0, errno != ENOENT else { return }
        throw FileFailure()
    }

    /// Removes a folder if it is empty.
    ///
    /// - Returns: whether it is gone now.
    func removeDirectory(_ name: String) -> Bool {
        unlinkat(descriptor, name, AT_REMOVEDIR) == 0 || errno == ENOENT
    }

    /// Waits until the names in the folder are on the disk, where the file system has a way to.
    func synchronize() throws(FileFailure) {
        guard fsync(descriptor) != 0, errno != EINVAL, errno != ENOTSUP, errno != EROFS else { return }
        throw FileFailure()
    }
}

extension stat {
    var isFile: Bool { st_mode & S_IFMT == S_IFREG }
    var isFolder: Bool { st_mode & S_IFMT == S_IFDIR }
}
