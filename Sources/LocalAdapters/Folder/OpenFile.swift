import Checksums
import Clocks
import SyncCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file that is open.
final class OpenFile: Sendable {
    private static let chunkSize = 1 << 20
    private let descriptor: Int32

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Opens a file of our own by its path.
    init(path: String, _ flags: Int32) throws(FileFailure) {
        descriptor = open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o666)
        guard descriptor >= 0 else { throw FileFailure() }
    }

    deinit {
        close(descriptor)
    }

    func status() throws(FileFailure) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileFailure() }
        return status
    }

    /// Up to `count` bytes from an offset on; none at the end.
    func read(upTo count: Int, at offset: Int64) throws(FileFailure) -> [UInt8] {
        var failure: FileFailure?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            var result = pread(descriptor, buffer.baseAddress, count, off_t(offset))
            while result < 0, errno == EINTR { result = pread(descriptor, buffer.baseAddress, count, off_t(offset)) }
            if result < 0 { failure = FileFailure() }
            initialized = max(result, 0)
        }
        if let failure { throw failure }
        return bytes
    }

    /// Writes bytes at their place.
    func write(_ bytes: [UInt8], at offset: Int64) throws(FileFailure) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                pwrite(
                    descriptor,
                    buffer.baseAddress?.advanced(by: written),
                    buffer.count - written,
                    off_t(offset) + off_t(written)
                )
            }
            guard count > 0 || errno == EINTR else { throw FileFailure() }
            written += max(count, 0)
        }
    }

    /// Adds bytes to the end of a file that was opened for that, in one step.
    func append(_ bytes: [UInt8]) throws(FileFailure) {
        let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        guard count == bytes.count else { throw FileFailure(count < 0 ? errno : ENOSPC) }
    }

    /// Waits until the bytes are on the disk.
    func synchronize() throws(FileFailure) {
        guard fsync(descriptor) == 0 else { throw FileFailure() }
    }

    /// Sets the time of the last change.
    ///
    /// - Returns: false when the file system does not take it.
    func setTime(_ time: Timestamp) throws(FileFailure) -> Bool {
        let (seconds, rest) = time.milliseconds.quotientAndRemainder(dividingBy: 1000)
        let floor = rest < 0 ? seconds - 1 : seconds
        let changed = timespec(tv_sec: Int(floor), tv_nsec: Int(rest < 0 ? rest + 1000 : rest) * 1_000_000)
        if futimens(descriptor, [changed, changed]) == 0 { return true }
        guard [EPERM, EACCES, ENOTSUP, ENOSYS, EINVAL, EOVERFLOW].contains(errno) else { throw FileFailure() }
        return false
    }

    /// Gives the file to the group of a folder that passes its group on.
    ///
    /// - Returns: false when the file system or its rights do not allow that.
    func inheritGroup(of folder: Directory) -> Bool {
        var status = stat()
        guard fstat(folder.descriptor, &status) == 0, status.st_mode & S_ISGID != 0 else { return true }
        return fchown(descriptor, uid_t.max, status.st_gid) == 0
    }

    /// Reads everything once.
    ///
    /// - Parameters:
    ///   - hasher: takes the bytes.
    ///   - pass: is given them.
    /// - Returns: both checksums of the bytes.
    /// - Throws: `FileFailure`, and what `pass` throws.
    func digest(
        _ hasher: any ContentHasher,
        passing pass: ([UInt8]) throws -> Void = { _ in }
    ) throws -> (sha256: String, crc64nvme: CRC64NVME) {
        var hasher = hasher
        var checksum = CRC64NVME()
        var offset: Int64 = 0
        while true {
            let bytes = try read(upTo: Self.chunkSize, at: offset)
            if bytes.isEmpty { return (hasher.hexDigest(), checksum) }
            hasher.update(bytes)
            checksum = checksum.followed(by: CRC64NVME(of: bytes), of: Int64(bytes.count))
            try pass(bytes)
            offset += Int64(bytes.count)
        }
    }
}

extension ObjectFingerprint {
    /// The mark of a file: size, time of the last change and inode. A file that was replaced has another one, also where
    /// its time was set back.
    init(_ status: stat) {
        let nanoseconds = String(status.st_mtim.tv_nsec + 1_000_000_000).dropFirst()
        self.init("\(status.st_size)-\(status.st_mtim.tv_sec).\(nanoseconds)-\(status.st_ino)")
    }
}
