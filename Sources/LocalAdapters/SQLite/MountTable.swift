import Foundation

/// The file systems that are mounted on this machine, after `/proc/self/mountinfo`.
package struct MountTable: Sendable {
    /// File systems whose files other machines see, too. What a database needs of a file system they do not keep.
    private static let networkTypes: Set<String> = [
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "lustre", "glusterfs", "ncpfs", "davfs",
        "fuse.sshfs",
        "fuse.rclone", "fuse.s3fs", "fuse.glusterfs", "fuse.ceph", "fuse.davfs2", "fuse.curlftpfs", "fuse.gvfsd-fuse",
    ]

    private let mounts: [(path: String, type: String)]

    /// Reads the table as the kernel writes it.
    package init(_ text: String) {
        mounts = text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count > 4, let dash = fields.lastIndex(of: "-"), fields.indices.contains(dash + 1) else {
                return nil
            }
            return (Self.unescaped(fields[4]), String(fields[dash + 1]))
        }
    }

    /// The table of this moment; empty where the system has none.
    package static var current: MountTable {
        MountTable((try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)) ?? "")
    }

    /// The file system that a folder lies on, where it is one over a network.
    ///
    /// - Parameter path: an absolute path without links.
    /// - Returns: its type; nil for one of this machine.
    package func networkType(of path: String) -> String? {
        type(of: path).flatMap { Self.networkTypes.contains($0) ? $0 : nil }
    }

    /// The file system that a folder lies on.
    ///
    /// - Parameter path: an absolute path without links.
    /// - Returns: its type; nil where the system has no table.
    package func type(of path: String) -> String? {
        let holding = mounts.enumerated().filter { _, mount in
            mount.path == "/" || path == mount.path || path.hasPrefix(mount.path + "/")
        }
        // Of two mounts in one place the later one is seen.
        let innermost = holding.max {
            ($0.element.path.utf8.count, $0.offset) < ($1.element.path.utf8.count, $1.offset)
        }
        return innermost?.element.type
    }

    /// Blanks and the like stand as octal numbers behind a backslash.
    private static func unescaped(_ field: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(field.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.count >= 3,
                let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
            {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
