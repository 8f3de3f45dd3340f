import LocalAdapters
import Testing

@Suite("The table of mounts")
struct MountTableTests {
    private let table = MountTable(
        """
        22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
        30 22 0:40 / /mnt/nas rw,relatime shared:2 - cifs //nas/share rw,vers=3.0
        31 30 8:2 / /mnt/nas/disk rw - xfs /dev/sdb1 rw
        32 22 0:41 / /mnt/with\\040space rw shared:3 master:1 - nfs4 nas:/x rw
        33 22 0:42 / /over rw - nfs nas:/y rw
        34 22 0:43 / /over rw - tmpfs tmpfs rw
        35 22 0:44 / /pool rw - fuse.mergerfs a:b rw
        36 22 0:45 / /ssh rw - fuse.sshfs host: rw
        """
    )

    @Test(
        "the innermost mount tells whether a folder is on a network file system",
        arguments: [
            ("/home/me", nil), ("/mnt/nas", "cifs"), ("/mnt/nas/a/b", "cifs"), ("/mnt/nasty", nil),
            ("/mnt/nas/disk/a", nil), ("/mnt/with space/a", "nfs4"), ("/over/a", nil), ("/pool/a", nil),
            ("/ssh", "fuse.sshfs"),
        ] as [(String, String?)]
    )
    func type(path: String, expected: String?) {
        #expect(table.networkType(of: path) == expected)
    }

    @Test("this machine has a table, and no table means no network")
    func current() {
        #expect(MountTable.current.networkType(of: "/proc") == nil)
        #expect(MountTable("").networkType(of: "/") == nil)
    }
}
