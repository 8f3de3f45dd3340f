/// The mounts of this machine, as `/proc/self/mountinfo` has them.
///
///     36 35 98:0 / /mnt/nas rw,noatime master:1 - nfs4 nas:/vol rw
struct MountTable {
    private let mounts: [(place: String, type: String)]

    init(_ text: String) {
        mounts = text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count > 4, let mark = fields.firstIndex(of: "-"), fields.indices.contains(mark + 1) else {
                return nil
            }
            // A space in a name is written as its octal code.
            return (fields[4].replacing("\\040", with: " "), String(fields[mark + 1]))
        }
    }

    /// The type of the file system that a path is on: that of the innermost mount around it, and of the last one there.
    func type(of path: String) -> String? {
        let around = mounts.filter { mount in
            mount.place == "/" || path == mount.place || path.hasPrefix(mount.place + "/")
        }
        let depth = around.map(\.place.utf8.count).max()
        return around.last { $0.place.utf8.count == depth }?.type
    }

    /// Whether files of this type lie on another machine, or behind a program.
    static func isRemote(_ type: String) -> Bool {
        type.hasPrefix("nfs") || type.hasPrefix("fuse")
            || ["cifs", "smb3", "smbfs", "9p", "ceph", "afs"].contains(type)
    }
}
