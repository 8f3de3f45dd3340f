import SyncCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What this process uses, as the kernel tells it.
struct ProcessResources: Sendable {
    /// The memory that the process may use, in bytes.
    let memory: Int
    var temporaryFolder = "/tmp"

    /// A sample; nil where the kernel does not say.
    @Sendable func sample() -> ResourceUsage? {
        guard let resident = Self.resident else { return nil }
        return ResourceUsage(
            memory: Double(resident) / Double(max(memory, 1)),
            temporaryFiles: temporaryFiles ?? 0
        )
    }

    /// Resident memory in bytes. Source: proc(5), `/proc/self/statm`: the second field, in pages.
    static var resident: Int? {
        guard let file = fopen("/proc/self/statm", "r") else { return nil }
        defer { fclose(file) }
        var line = [UInt8](repeating: 0, count: 256)
        let count = fread(&line, 1, line.count, file)
        let fields = line.prefix(count).split(separator: UInt8(ascii: " "))
        guard fields.count > 1 else { return nil }
        return Int(String(decoding: fields[1], as: UTF8.self)).map { $0 * sysconf(Int32(_SC_PAGESIZE)) }
    }

    private var temporaryFiles: Double? {
        var status = statvfs()
        guard statvfs(temporaryFolder, &status) == 0, status.f_blocks > 0 else { return nil }
        return Self.used(
            free: Int64(status.f_bavail) * Int64(status.f_frsize),
            of: Int64(status.f_blocks) * Int64(status.f_frsize)
        )
    }

    /// The share of a file system that is used, where no more of it counts than a function has by default: on a disk of
    /// hundreds of gigabytes that others have filled to four fifths, nothing is short.
    static func used(free: Int64, of total: Int64) -> Double {
        let counted = max(min(total, defaultTemporarySize), 1)
        return 1 - Double(min(free, counted)) / Double(counted)
    }

    /// What AWS Lambda gives a function below `/tmp` unless it is asked for more.
    private static let defaultTemporarySize: Int64 = 512 << 20
}
