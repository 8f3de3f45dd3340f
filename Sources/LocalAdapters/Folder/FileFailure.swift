#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A call of the file system that failed.
struct FileFailure: Error, Hashable {
    /// The call's `errno`.
    let code: Int32

    init(_ code: Int32 = errno) {
        self.code = code
    }

    /// What the code is called.
    var name: String { Self.names[code] ?? "errno:\(code)" }

    private static let names: [Int32: String] = [
        ENAMETOOLONG: "ENAMETOOLONG", EILSEQ: "EILSEQ", ENOTDIR: "ENOTDIR", EISDIR: "EISDIR", EEXIST: "EEXIST",
        ENOTEMPTY: "ENOTEMPTY", ENOSPC: "ENOSPC", EDQUOT: "EDQUOT", EACCES: "EACCES", EROFS: "EROFS", EPERM: "EPERM",
        EIO: "EIO", ESTALE: "ESTALE", EMFILE: "EMFILE", ENFILE: "ENFILE", EFBIG: "EFBIG", ENOENT: "ENOENT",
        EXDEV: "EXDEV", ELOOP: "ELOOP", EINVAL: "EINVAL", ENODEV: "ENODEV", ENXIO: "ENXIO", ENOTCONN: "ENOTCONN",
        EHOSTDOWN: "EHOSTDOWN", EBUSY: "EBUSY", ETIMEDOUT: "ETIMEDOUT", EMLINK: "EMLINK", ENOTSUP: "ENOTSUP",
    ]
}
