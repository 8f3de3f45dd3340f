import SyncCore

/// What a run did to files, as the records tell it that it wrote last.
///
/// Records are taken one after the other; the first of each kind are kept by name, the rest are counted.
struct FileCensus {
    /// What became of a file.
    enum Kind: String, CaseIterable {
        case added, changed, renamed, deleted, failed, skipped
    }

    /// A file that is named.
    struct File {
        var vault: String
        var path: String
        var size: Int64?
        /// Why it is not mirrored.
        var error: String?
        /// The other side's own code for that.
        var code: String?
        var attempts: Int
    }

    /// The upper ends of the classes of sizes, in bytes; the last class has none.
    static let bounds: [Int64] = [1 << 10, 10 << 10, 100 << 10, 1 << 20, 10 << 20, 100 << 20, 1 << 30]
    static let classes = [
        "up to 1 KiB", "to 10 KiB", "to 100 KiB", "to 1 MiB", "to 10 MiB", "to 100 MiB", "to 1 GiB", "more",
    ]
    private static let mostNamed = 200
    private static let mostHashes = 20_000

    /// Nil where the execution's name is none of a run: then nothing is its own.
    let run: RunID?
    private(set) var counts: [Kind: Int] = [:]
    private(set) var named: [Kind: [File]] = [:]
    /// Mirrored files by class of size, and those of them that the run stored.
    private(set) var sizes = [Int](repeating: 0, count: Self.classes.count)
    private(set) var stored = [Int](repeating: 0, count: Self.classes.count)
    /// Files whose record a later run has written.
    private(set) var others = 0
    /// Deleted and new files by what they hold: one of each is a file that was renamed.
    private var gone: [String: [File]] = [:]
    private var appeared: [String: [File]] = [:]
    private var hashes = 0

    init(run: RunID?) {
        self.run = run
    }

    /// Takes a record of a vault.
    mutating func take(_ record: FileRecord, of vault: String) {
        let size = Self.bounds.firstIndex { (record.size ?? 0) <= $0 } ?? Self.bounds.count
        if record.status == .completed { sizes[size] += 1 }
        guard record.run == run else {
            others += 1
            return
        }
        let file = File(
            vault: vault,
            path: record.path.rawValue,
            size: record.size,
            error: record.lastError?.rawValue,
            code: record.reason,
            attempts: record.attempts
        )
        switch record.status {
        case .completed:
            stored[size] += 1
            record.firstSynced == record.lastSynced
                ? note(file, record.sha256, \.appeared, .added) : add(.changed, file)
        case .deleted: note(file, record.sha256, \.gone, .deleted)
        case .failed, .inProgress: add(.failed, file)
        case .skipped: add(.skipped, file)
        }
    }

    /// Ends the census: what disappeared and appeared with the same content was renamed.
    mutating func finish() {
        for (hash, files) in appeared {
            let pairs = min(files.count, gone[hash]?.count ?? 0)
            for file in files.prefix(pairs) { add(.renamed, file) }
            for file in files.dropFirst(pairs) { add(.added, file) }
            gone[hash]?.removeFirst(pairs)
        }
        for files in gone.values { for file in files { add(.deleted, file) } }
        (appeared, gone) = ([:], [:])
        for kind in Kind.allCases {
            named[kind]?.sort { ($0.vault, $0.path) < ($1.vault, $1.path) }
        }
    }

    private mutating func note(
        _ file: File,
        _ hash: String?,
        _ files: WritableKeyPath<Self, [String: [File]]>,
        _ kind: Kind
    ) {
        guard let hash, hashes < Self.mostHashes else { return add(kind, file) }
        hashes += 1
        self[keyPath: files][hash, default: []].append(file)
    }

    private mutating func add(_ kind: Kind, _ file: File) {
        counts[kind, default: 0] += 1
        if named[kind, default: []].count < Self.mostNamed { named[kind, default: []].append(file) }
    }
}
