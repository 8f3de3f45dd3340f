import Clocks
import Logging
import SyncCore

/// Deletes what a listing, read to its end, no longer holds, where the brake lets it.
struct DeleteStage: Sendable {
    private static let atOnce = 100
    /// A listing without any file may be right where no more than so many were known.
    private static let handful = 10

    private let context: PassContext

    /// What was deleted of a stretch of the list.
    struct Deleted: Hashable, Sendable {
        var files = 0
        /// Their bytes, as far as they are known.
        var bytes: Int64 = 0
        /// Files that the store does not let go.
        var refused = 0
        /// The store's reason for one of them.
        var reason: String?
        /// Where the next line of the piece begins.
        var end: Int64 = 0
    }

    init(_ context: PassContext) {
        self.context = context
    }

    /// What becomes of the deletions of a pass.
    enum Verdict: Sendable {
        case pass
        /// Somebody has looked at them.
        case approved
        case hold(HeldDeletions)
    }

    /// The brake: what looks like a fault of the source rather than somebody's wish waits until somebody says so.
    func verdict(_ listing: RunState.Listing, gone: Int, pieces: Int) async throws -> Verdict {
        let options = context.input.request.options
        guard context.deletions == .mirror else { return .pass }
        if options.allowDeletions { return .approved }
        let known = try await context.records.state(of: context.vault.id)
        // An unreadable name may belong to any of the files that seem to be gone.
        let isDoubtful =
            listing.isSnapshot
            ? listing.unreadable > 0 || (listing.entries == 0 && gone > Self.handful)
            : known?.held?.isDoubtful == true
        if !isDoubtful, try await !brakeHolds(gone, pieces: pieces, known) { return .pass }
        let list = HeldList(context)
        var held = try await list.write(pieces: pieces)
        if isDoubtful { held.isDoubtful = true }
        if let approved = options.approvedDeletions, try await list.contains(held, approved: approved, known?.held) {
            return .approved
        }
        return .hold(held)
    }

    private func brakeHolds(_ gone: Int, pieces: Int, _ known: VaultState?) async throws -> Bool {
        let lately = known?.deletedLately(at: context.now) ?? .init()
        let brake = context.settings.brake
        guard brake.looksAt(gone, lately: lately) else { return false }
        let census = try await census(pieces)
        return brake.holdsBack(census.gone, lately: lately, of: census.held)
    }

    /// Counts what is gone, and all that there is.
    private func census(_ pieces: Int) async throws -> GoneCensus {
        var census = GoneCensus()
        for piece in stride(from: 1, through: pieces, by: 1) {
            var reader = try await GoneSpool.read(piece, from: 0, context)
            while true {
                let lines = try await reader.next(upTo: Self.atOnce)
                if lines.isEmpty { break }
                let paths = lines.map(\.value).filter { $0.kind == .deletion }.map(\.path)
                if paths.isEmpty { continue }
                census.add(gone: try await context.records.records(of: paths, in: context.vault.id).values)
            }
        }
        var pages = context.records.allRecords(in: context.vault.id, after: nil).makeAsyncIterator()
        while let page = try await pages.next(isolation: nil) { census.add(held: page) }
        return census
    }

    /// Deletes what a piece of the list names from an offset on, a stretch at a time.
    ///
    /// - Parameters:
    ///   - piece: its number.
    ///   - offset: where a line of it begins.
    ///   - done: is told of each stretch; false ends it.
    /// - Returns: whether the piece is worked off.
    /// - Throws: ``LeaseLost``; what the ports throw.
    func delete(_ piece: Int, from offset: Int64, _ done: (Deleted) -> Bool) async throws -> Bool {
        var reader = try await GoneSpool.read(piece, from: offset, context)
        while true {
            let lines = try await reader.next(upTo: Self.atOnce)
            guard let last = lines.last else { return true }
            var deleted = try await delete(lines.map(\.value).filter { $0.kind == .deletion })
            deleted.end = last.end
            guard done(deleted) else { return false }
        }
    }

    /// Deletes files, and leaves in their records that they are deleted.
    ///
    /// The records are read once more, with every write seen: what has changed since it was found to be gone stays.
    private func delete(_ gone: [Entry]) async throws -> Deleted {
        guard !gone.isEmpty else { return Deleted() }
        let known = try await context.records.records(of: gone.map(\.path), in: context.vault.id)
        var tombstones = gone.compactMap { entry in
            tombstone(
                of: known[entry.path] ?? FileRecord(entry, status: .failed, author: context.author, previous: nil),
                entry
            )
        }
        guard !tombstones.isEmpty else { return Deleted() }
        try await context.checkLease()
        var deleted = Deleted()
        if context.deletions == .mirror {
            let refused = try await deleteObjects(of: tombstones)
            try await note(refused, known)
            deleted.refused = refused.count
            deleted.reason = refused.min { $0.key < $1.key }?.value.code
            tombstones.removeAll { refused[$0.path] != nil }
        }
        let isSaved = try await context.save(tombstones)
        // Only now, as nobody goes on with them any more.
        for (record, isSaved) in zip(tombstones, isSaved) where isSaved {
            guard let upload = known[record.path]?.checkpoint?.upload else { continue }
            await context.mirror.abandon(upload, until: nil)
        }
        guard context.deletions == .mirror else { return deleted }
        let files = tombstones.filter { $0.isGroup != true }
        for record in files { context.observe(.deleted(vault: context.folder, path: record.path)) }
        deleted.files = files.count
        deleted.bytes = files.reduce(0) { $0 + ($1.size ?? 0) }
        return deleted
    }

    /// The record of a file once it is deleted; nil where it is deleted already, or has changed since.
    private func tombstone(of known: FileRecord, _ entry: Entry) -> FileRecord? {
        let isNewer = known.epoch == context.vault.epoch && known.version > entry.version
        if known.status == .deleted || isNewer { return nil }
        let isKept = context.deletions == .keep && known.isStored
        var record = known
        record.status = .deleted
        record.version = entry.version
        record.run = context.run
        record.epoch = context.vault.epoch
        record.pendingSince = nil
        record.lastError = nil
        record.reason = isKept ? FileRecord.kept : nil
        record.deletedAt = context.now
        if !isKept { record.fingerprint = nil }
        record.checkpoint = nil
        return record
    }

    /// Deletes the objects of records.
    ///
    /// - Returns: why the store does not let some of them go. The cursor is not committed then, so that the next run tries
    ///   again.
    private func deleteObjects(of records: [FileRecord]) async throws -> [VaultPath: SyncError] {
        var paths: [ObjectKey: VaultPath] = [:]
        // What a group's own record names is a folder, and none of ours.
        for record in records where record.isGroup != true {
            if let key = try? KeyMapping.key(folder: context.folder, path: record.path) { paths[key] = record.path }
        }
        let keys = paths.keys.sorted { $0.rawValue.utf8.lexicographicallyPrecedes($1.rawValue.utf8) }
        let refused = try await context.mirror.delete(keys)
        for error in refused.values { context.metrics.failed(error.name) }
        // One line for each reason: there may be as many failures as files.
        for (reason, failures) in Dictionary(grouping: refused.values, by: \.code) {
            context.logger.warning(
                "the store keeps files that are gone at the source",
                metadata: [LogKey.files: "\(failures.count)", LogKey.errorReason: "\(reason)"]
            )
        }
        return Dictionary(
            refused.compactMap { key, error in paths[key].map { ($0, error) } },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// Leaves in the records of files that the store does not let go why that is. What else they say stays.
    private func note(_ refused: [VaultPath: SyncError], _ known: [VaultPath: FileRecord]) async throws {
        guard !refused.isEmpty else { return }
        var records: [FileRecord] = []
        for (path, error) in refused.sorted(by: { $0.key < $1.key }) {
            context.observe(.refusedDeletion(vault: context.folder, path: path, reason: error.code))
            guard var record = known[path] else { continue }
            record.lastError = error.name
            record.reason = error.reason
            records.append(record)
        }
        try await context.save(records)
    }
}

extension SyncError {
    /// The other side's code, or the name.
    fileprivate var code: String { reason ?? name.rawValue }
}
