import SyncCore

/// Where a mirror is, as `--dest` names it: a folder, or `s3://bucket/prefix`.
enum MirrorAddress: Hashable, Sendable {
    /// The path of a folder of this machine.
    case folder(String)
    /// A bucket and a prefix, which is empty or ends in a slash.
    case bucket(String, prefix: String)

    /// What people call the place, and units and claims.
    var name: String {
        switch self {
        case .folder(let path): LocalFolder.absolute(path)
        case .bucket(let bucket, let prefix): "s3://\(bucket)" + (prefix.isEmpty ? "" : "/\(prefix.dropLast())")
        }
    }

    /// Reads an address.
    ///
    /// - Throws: `InvalidInput` for an empty text, another scheme, no bucket, or a prefix that no mirror can have.
    init(_ text: String) throws(SyncError) {
        guard text.contains(where: { !$0.isWhitespace }) else {
            throw SyncError(
                .invalidInput,
                "--dest is empty; name a folder (./ for the one you are in), or a bucket as s3://bucket/prefix"
            )
        }
        guard let scheme = text.firstMatch(of: /^([A-Za-z][A-Za-z0-9+.\-]*):\/\//) else {
            // A slash has been forgotten: nobody means a folder of that name.
            guard !text.lowercased().hasPrefix("s3:") else {
                throw SyncError(.invalidInput, "--dest names no bucket; write s3://bucket/prefix")
            }
            self = .folder(text)
            return
        }
        guard scheme.1.lowercased() == "s3" else {
            throw SyncError(.invalidInput, "--dest takes a folder or s3://bucket/prefix, no other address")
        }
        let parts = text[scheme.range.upperBound...].split(separator: "/", omittingEmptySubsequences: false)
        let bucket = String(parts.first ?? "")
        guard !bucket.isEmpty else {
            throw SyncError(.invalidInput, "--dest names no bucket; write s3://bucket/prefix")
        }
        guard (3...63).contains(bucket.utf8.count), bucket.utf8.allSatisfy(Self.isBucketByte) else {
            throw SyncError(
                .invalidInput,
                "\(bucket.printable) in --dest is no name of a bucket, which has 3 to 63 of a to z, 0 to 9, - and ."
            )
        }
        var segments = parts.dropFirst()
        while segments.last?.isEmpty == true { segments.removeLast() }
        try Self.check(segments)
        self = .bucket(bucket, prefix: segments.map { $0 + "/" }.joined())
    }

    /// Refuses a prefix whose keys some store or tool would take for others, and those that Obsync keeps for itself.
    private static func check(_ segments: ArraySlice<Substring>) throws(SyncError) {
        let isOdd = segments.contains { segment in
            segment.isEmpty || segment == "." || segment == ".."
                || segment.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
        }
        guard !isOdd else {
            throw SyncError(
                .invalidInput,
                "the prefix in --dest has an empty part, one of dots, or a control character; write s3://bucket/prefix"
            )
        }
        guard let first = segments.first, first != "state", first != ".obsync" else {
            if segments.isEmpty { return }
            throw SyncError(
                .invalidInput,
                "the prefix in --dest lies where Obsync keeps its own data; name another one"
            )
        }
    }

    private static func isBucketByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }
}
