import Foundation
import SyncCore

/// The file calls of a ``FolderObjectStore``. All of them block.
struct FolderFiles: Sendable {
    let root: String
    let scratch: String

    func path(of key: ObjectKey) -> String {
        root + "/" + key.rawValue
    }

    func newScratchFile() throws -> String {
        try mapped { try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true) }
        return scratch + "/" + UUID().uuidString
    }

    func scratchFile(of upload: MultipartUpload) throws -> String {
        guard let name = upload.id.split(separator: ":").first, UUID(uuidString: String(name)) != nil else {
            throw SyncError(.storeUnavailable, "an upload is unknown to the folder")
        }
        return scratch + "/" + name
    }

    /// The size of a key's file, or nil when there is none.
    func size(of key: ObjectKey) throws -> Int64? {
        try size(ofFile: path(of: key))
    }

    /// The size of a file, or nil when there is none.
    func size(ofFile path: String) throws -> Int64? {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw failure(errno)
        }
        return status.st_mode & S_IFMT == S_IFREG ? Int64(status.st_size) : nil
    }

    /// Size and mark of a key's file, or nil when there is none.
    func summary(of key: ObjectKey) throws -> ObjectSummary? {
        guard let size = try size(of: key) else { return nil }
        return ObjectSummary(size: size, fingerprint: fingerprint(ofFile: path(of: key)))
    }

    /// The mark of a file: size, time of the last change and inode. A file that was replaced has another one, also where
    /// its time was set back.
    func fingerprint(ofFile path: String) -> ObjectFingerprint? {
        var status = stat()
        return lstat(path, &status) == 0 ? Self.fingerprint(status) : nil
    }

    private static func fingerprint(_ status: stat) -> ObjectFingerprint {
        let nanoseconds = String(status.st_mtim.tv_nsec + 1_000_000_000).dropFirst()
        return ObjectFingerprint("\(status.st_size)-\(status.st_mtim.tv_sec).\(nanoseconds)-\(status.st_ino)")
    }

    /// What a listing says of a file, or nil when it is gone meanwhile.
    func listed(_ path: String) throws -> ListedObject? {
        var status = stat()
        guard lstat(root + "/" + path, &status) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw failure(errno)
        }
        let mtime = Int64(status.st_mtim.tv_sec) * 1000 + Int64(status.st_mtim.tv_nsec) / 1_000_000
        return ListedObject(
            key: path,
            size: Int64(status.st_size),
            mtime: Timestamp(milliseconds: mtime),
            fingerprint: Self.fingerprint(status)
        )
    }

    /// The names in a folder; those of folders end in `/`, and what is neither file nor folder is left out.
    func names(in folder: String) throws -> [String] {
        guard let directory = opendir(root + "/" + folder) else {
            if errno == ENOENT || errno == ENOTDIR { return [] }
            throw failure(errno)
        }
        defer { closedir(directory) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(directory) else { break }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
            }
            guard let name, name != ".", name != ".." else { continue }
            var status = stat()
            guard lstat(root + "/" + folder + name, &status) == 0 else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: names.append(name + "/")
            case S_IFREG: names.append(name)
            default: break
            }
        }
        guard errno == 0 else { throw failure(errno) }
        return names
    }

    /// Moves a whole file to its place, replacing what was there.
    ///
    /// - Returns: the mark of the file, as it was before anybody else could see it.
    @discardableResult
    func move(_ temporary: String, to key: ObjectKey, mtime: Timestamp?) throws -> StoredObject {
        do {
            try setTime(mtime, of: temporary)
            try synchronize(temporary)
            let destination = path(of: key)
            let folder = URL(filePath: destination).deletingLastPathComponent().path(percentEncoded: false)
            try mapped { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }
            let stored = StoredObject(fingerprint: fingerprint(ofFile: temporary))
            guard rename(temporary, destination) == 0 else { throw failure(errno) }
            return stored
        } catch {
            unlink(temporary)
            throw error
        }
    }

    /// Waits until the bytes are on the disk: no record may speak of a file that a power cut takes away.
    func synchronize(_ path: String) throws {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw failure(errno) }
        defer { close(file) }
        guard fsync(file) == 0 else { throw failure(errno) }
    }

    /// Writes bytes at their place in a file that exists.
    func write(_ bytes: [UInt8], to path: String, at offset: Int64) throws {
        let file = open(path, O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { throw failure(errno) }
        defer { close(file) }
        try bytes.withUnsafeBytes { buffer in
            var written = 0
            while written < buffer.count {
                let rest = UnsafeRawBufferPointer(rebasing: buffer[written...])
                let count = pwrite(file, rest.baseAddress, rest.count, off_t(offset) + off_t(written))
                guard count > 0 || errno == EINTR else { throw failure(errno) }
                written += max(count, 0)
            }
        }
    }

    /// Adds bytes to the end of a file that exists, in one step.
    func append(_ bytes: [UInt8], to path: String) throws {
        let file = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
        guard file >= 0 else { throw failure(errno) }
        defer { close(file) }
        let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
        guard count == bytes.count else { throw failure(errno) }
    }

    /// The uploads in parts of objects below a folder that were begun before a moment.
    func uploads(below folder: String, begunBefore moment: Timestamp) -> [MultipartUpload] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: scratch) else { return [] }
        return names.filter { $0.hasSuffix(PartList.suffix) }.compactMap { name in
            let path = scratch + "/" + name.dropLast(PartList.suffix.count)
            guard let upload = PartList(path).upload, upload.isBelow(folder),
                let begun = try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date,
                Int64(begun.timeIntervalSince1970 * 1000) < moment.milliseconds
            else { return nil }
            return upload
        }
    }

    func setTime(_ mtime: Timestamp?, of path: String) throws {
        guard let mtime else { return }
        let date = Date(timeIntervalSince1970: Double(mtime.milliseconds) / 1000)
        try mapped { try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path) }
    }

    /// Removes a file; one that is not there counts as removed, also where a folder stands in its place.
    func remove(_ path: String) throws {
        guard unlink(path) != 0, errno != ENOENT, errno != ENOTDIR, errno != EISDIR else { return }
        throw failure(errno)
    }

    /// Removes the folders that a key's file has left empty.
    func removeEmptyFolders(above key: ObjectKey) {
        var segments = key.rawValue.utf8.split(separator: UInt8(ascii: "/")).map { String($0) ?? "" }
        segments.removeLast()
        while !segments.isEmpty {
            // Fails, as it should, at the first folder that holds something.
            guard rmdir(root + "/" + segments.joined(separator: "/")) == 0 else { return }
            segments.removeLast()
        }
    }

    /// Runs a call of Foundation and maps its errors.
    func mapped(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as SyncError {
            throw error
        } catch let error as CocoaError where error.code == .fileWriteInvalidFileName {
            throw failure(ENAMETOOLONG)
        } catch {
            let posix = ((error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError)?.code
            throw failure(Int32(posix ?? 0))
        }
    }

    private func failure(_ code: Int32) -> SyncError {
        let reason = Self.names[code] ?? "errno:\(code)"
        return switch code {
        case ENAMETOOLONG, EILSEQ:
            SyncError(.nameRefused, "the folder's file system does not take a name", reason: reason)
        case ENOTDIR, EISDIR, EEXIST, ENOTEMPTY:
            SyncError(
                .storeUnavailable,
                "a file stands where a folder is needed, or the other way round",
                reason: reason
            )
        case ENOSPC, EDQUOT:
            SyncError(.storeUnavailable, "the folder's disk is full; make room and start again", reason: reason)
        case EACCES, EROFS, EPERM:
            SyncError(.storeUnavailable, "the folder cannot be written to; check its permissions", reason: reason)
        default:
            SyncError(.storeUnavailable, "the folder's file system refuses a call (errno \(code))", reason: reason)
        }
    }

    /// What the errors of file calls that a person can do something about are called.
    private static let names: [Int32: String] = [
        ENAMETOOLONG: "ENAMETOOLONG", EILSEQ: "EILSEQ", ENOTDIR: "ENOTDIR", EISDIR: "EISDIR", EEXIST: "EEXIST",
        ENOTEMPTY: "ENOTEMPTY", ENOSPC: "ENOSPC", EDQUOT: "EDQUOT", EACCES: "EACCES", EROFS: "EROFS", EPERM: "EPERM",
        EIO: "EIO", ESTALE: "ESTALE", EMFILE: "EMFILE", ENFILE: "ENFILE", EFBIG: "EFBIG", ENOENT: "ENOENT",
    ]
}
