import Foundation
import SyncCore

/// Where a mirror is, as `--dest` names it: a folder, or `s3://bucket/prefix`.
enum MirrorAddress: Hashable, Sendable {
    /// A folder of this machine.
    case folder(LocalFolder)
    /// A bucket and a prefix, which is empty or ends in a slash.
    case bucket(String, prefix: String)

    /// Reads an address.
    ///
    /// - Throws: `InvalidInput` for an empty text, another scheme, or no bucket.
    init(_ text: String) throws(SyncError) {
        guard !text.isEmpty else {
            throw SyncError(.invalidInput, "--dest is empty; name a folder, or a bucket as s3://bucket/prefix")
        }
        guard let scheme = text.range(of: "://") else {
            self = .folder(LocalFolder(text))
            return
        }
        guard text[..<scheme.lowerBound].lowercased() == "s3" else {
            throw SyncError(.invalidInput, "--dest takes a folder or s3://bucket/prefix, no other address")
        }
        let parts = text[scheme.upperBound...].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let bucket = String(parts.first ?? "")
        guard (3...63).contains(bucket.utf8.count), bucket.utf8.allSatisfy(Self.isBucketByte) else {
            throw SyncError(.invalidInput, "--dest names no bucket; write s3://bucket/prefix")
        }
        var prefix = parts.count > 1 ? String(parts[1]) : ""
        while prefix.hasSuffix("/") { prefix.removeLast() }
        self = .bucket(bucket, prefix: prefix.isEmpty ? "" : prefix + "/")
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

extension LocalFolder: Hashable {
    static func == (lhs: LocalFolder, rhs: LocalFolder) -> Bool { lhs.path == rhs.path }

    func hash(into hasher: inout Hasher) { hasher.combine(path) }
}
