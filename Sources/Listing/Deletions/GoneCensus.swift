import SyncCore

/// Counts what is gone at the source beside what the mirror holds, for the brake.
///
/// A file whose content lies under another path as well was moved, or is one of several copies: it is no loss, and does not
/// count. The census reads the records of what is gone, and then all of them once. It remembers sixteen bytes of each file that
/// is gone, and gives up comparing contents beyond ``mostRemembered``: every file counts then.
struct GoneCensus {
    /// Beyond so many files that are gone, no contents are compared.
    static let mostRemembered = 200_000

    /// The files that are gone and would be lost.
    private(set) var gone = DeletionBrake.Amount()
    /// What the mirror holds, with what is gone.
    private(set) var held = DeletionBrake.Amount()

    private struct Lost {
        var count = 0
        var bytes: Int64 = 0
    }

    private var paths: Set<UInt64> = []
    private var contents: [UInt64: Lost] = [:]
    private var isComparing = true

    /// Takes records of files that are gone. Those that are deleted already, or were never stored, are no loss.
    mutating func add(gone records: some Collection<FileRecord>) {
        for record in records where record.isHeld {
            gone.files += 1
            gone.bytes += record.size ?? 0
            guard isComparing else { continue }
            paths.insert(record.path.fingerprint)
            if let content = record.contentFingerprint {
                contents[content, default: Lost()].count += 1
                contents[content, default: Lost()].bytes += record.size ?? 0
            }
            if paths.count > Self.mostRemembered {
                isComparing = false
                (paths, contents) = ([], [:])
            }
        }
    }

    /// Takes all records of the vault, once each.
    mutating func add(held records: some Collection<FileRecord>) {
        for record in records where record.isHeld {
            held.files += 1
            held.bytes += record.size ?? 0
            guard let content = record.contentFingerprint, let lost = contents[content],
                !paths.contains(record.path.fingerprint)
            else { continue }
            gone.files -= lost.count
            gone.bytes -= lost.bytes
            contents[content] = nil
        }
    }
}

extension FileRecord {
    /// Whether the mirror holds a version of the file.
    fileprivate var isHeld: Bool { status == .completed || (status != .deleted && firstSynced != nil) }

    /// A short mark of the content; nil where no hash is known.
    fileprivate var contentFingerprint: UInt64? {
        status == .completed ? sha256.flatMap { UInt64($0.prefix(16), radix: 16) } : nil
    }
}

extension VaultPath {
    /// A short mark of the path: FNV-1a of 64 bits.
    fileprivate var fingerprint: UInt64 {
        rawValue.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
