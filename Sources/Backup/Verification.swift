package import Checksums
package import SyncCore

/// Compares what a mirror holds with what the records say of it.
///
/// It writes nothing. What it finds is told as it is found, so memory does not grow with the mirror.
package struct Verification: Sendable {
    /// How closely files are looked at.
    package enum Depth: Hashable, Sendable {
        /// Every byte is read and hashed.
        case bytes
        /// Sizes, times, and what the store itself says of its objects.
        case quick
    }

    /// How a verification goes about it.
    package struct Settings: Sendable {
        /// How closely files are looked at.
        package var depth: Depth
        /// The share of the files that is looked at.
        package var share: Share
        /// How many files are read at once.
        package var filesAtOnce: Int
        /// How fast they may be read; nil for as fast as it goes.
        package var bandwidth: BandwidthLimit?

        /// Makes settings.
        package init(
            depth: Depth = .bytes,
            share: Share = .whole,
            filesAtOnce: Int = 4,
            bandwidth: BandwidthLimit? = nil
        ) {
            self.depth = depth
            self.share = share
            self.filesAtOnce = max(filesAtOnce, 1)
            self.bandwidth = bandwidth
        }
    }

    /// What is wrong with a file.
    package enum Fault: String, CaseIterable, Codable, Hashable, Sendable {
        /// The bytes are not those that were stored, though size and time are.
        case corrupt
        /// The file is not there.
        case missing
        /// Somebody changed the file in the mirror.
        case edited
        /// A file that no record names: nothing that Obsync stored.
        case stranger
        /// The file cannot be read.
        case unreadable
    }

    /// One file that is not as the records say.
    package struct Finding: Sendable {
        /// What is wrong.
        package var fault: Fault
        /// The file's path in the vault.
        package var path: VaultPath
        /// Its record; nil for a stranger.
        package var record: FileRecord?
        /// The code of what kept it from being read.
        package var reason: String?
    }

    /// What one vault comes to.
    package struct Summary: Hashable, Sendable {
        /// Files that were looked at.
        package var files = 0
        /// Bytes that were read, or that a quick look vouches for.
        package var bytes: Int64 = 0
        /// Files whose checksum is right.
        package var proven = 0
        /// Files of which only the size is known, and right.
        package var sizeOnly = 0
        /// Files that the records say are not mirrored: failed, refused, or still to be fetched.
        package var notMirrored = 0
        /// What is wrong, by kind.
        package var faults: [Fault: Int] = [:]

        /// Whether everything that should be there is there, as it was stored. Strangers harm nobody.
        package var isIntact: Bool { faults.allSatisfy { $0.key == .stranger || $0.value == 0 } }

        /// Makes an empty summary.
        package init() {}
    }

    private let records: any RecordStore
    private let store: any ObjectStore
    private let check: FileCheck
    private let settings: Settings
    private let reserved: [String]

    /// Makes a verification.
    ///
    /// - Parameters:
    ///   - records: what is known.
    ///   - store: the mirror.
    ///   - reserved: folders at the top of the store that hold no files of the mirror.
    ///   - settings: how to go about it.
    ///   - makeHasher: makes SHA-256 hashers.
    ///   - passed: is told of every stretch of bytes that was read.
    package init(
        _ records: any RecordStore,
        _ store: any ObjectStore,
        reserved: [String] = [],
        settings: Settings,
        makeHasher: @escaping MakeContentHasher,
        passed: @escaping @Sendable (Int64) -> Void = { _ in }
    ) {
        self.records = records
        self.store = store
        self.settings = settings
        self.reserved = reserved
        check = FileCheck(
            store: store,
            depth: settings.depth,
            bandwidth: settings.bandwidth,
            makeHasher: makeHasher,
            passed: passed
        )
    }

    /// Looks at the files of a vault.
    ///
    /// - Parameters:
    ///   - vault: the vault's identifier.
    ///   - folder: its folder in the mirror; empty where its files lie at the top.
    ///   - files: which files.
    ///   - report: is told what is wrong, one file after the other.
    /// - Returns: what it comes to.
    /// - Throws: `StoreUnavailable` and `Throttled` when listing or records fail, and what `report` throws.
    package func callAsFunction(
        _ vault: VaultID,
        folder: String,
        _ files: FileSelection,
        report: (Finding) async throws -> Void
    ) async throws -> Summary {
        let prefix = folder.isEmpty ? "" : folder + "/"
        var walk = MirrorWalk(
            records.allRecords(in: vault, after: nil),
            store.list(prefix, after: nil),
            prefix: prefix
        )
        var summary = Summary()
        try await withThrowingTaskGroup(of: FileCheck.Outcome.self) { group in
            var running = 0
            while let step = try await walk.next() {
                guard
                    let (record, object) = try await mirrored(
                        step,
                        vault,
                        files,
                        isAtTop: folder.isEmpty,
                        &summary,
                        report
                    )
                else { continue }
                if running == settings.filesAtOnce, let outcome = try await group.next() {
                    running -= 1
                    try await summary.note(outcome, report)
                }
                running += 1
                group.addTask { [check] in try await check(record, object, prefix: prefix) }
            }
            for try await outcome in group { try await summary.note(outcome, report) }
        }
        return summary
    }

    /// What there is to check at a step of the walk; nil where there is nothing.
    private func mirrored(
        _ step: MirrorWalk.Step,
        _ vault: VaultID,
        _ files: FileSelection,
        isAtTop: Bool,
        _ summary: inout Summary,
        _ report: (Finding) async throws -> Void
    ) async throws -> (FileRecord, ListedObject?)? {
        switch step {
        case .record(let record):
            guard isMeant(record, files, &summary) else { return nil }
            return (record, nil)
        case .both(let record, let object):
            guard isMeant(record, files, &summary) else { return nil }
            return (record, object)
        case .object(let path, _):
            guard files.contains(path), settings.share.contains(path), !(isAtTop && isReserved(path)) else {
                return nil
            }
            // Records of paths that are very long, and those of the last second, are not among those that are walked.
            if let record = try await records.records(of: [path], in: vault)[path],
                record.status != .deleted || record.isStored
            {
                return nil
            }
            try await summary.note(.fault(Finding(fault: .stranger, path: path)), report)
            return nil
        }
    }

    private func isMeant(_ record: FileRecord, _ files: FileSelection, _ summary: inout Summary) -> Bool {
        guard files.contains(record.path), settings.share.contains(record.path) else { return false }
        switch record.status {
        case .completed: return true
        case .deleted: return record.isStored
        case .failed, .inProgress, .skipped:
            summary.notMirrored += 1
            return false
        }
    }

    private func isReserved(_ path: VaultPath) -> Bool {
        reserved.contains { path.rawValue.utf8.starts(with: ($0 + "/").utf8) }
    }
}

extension Verification.Summary {
    fileprivate mutating func note(
        _ outcome: FileCheck.Outcome,
        _ report: (Verification.Finding) async throws -> Void
    ) async throws {
        switch outcome {
        case .right(let bytes, let isProven):
            files += 1
            self.bytes += bytes
            if isProven { proven += 1 } else { sizeOnly += 1 }
        case .fault(let finding):
            if finding.fault != .stranger { files += 1 }
            faults[finding.fault, default: 0] += 1
            try await report(finding)
        }
    }
}
