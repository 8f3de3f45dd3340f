import Logging
import SyncCore

extension VaultPass {
    private static let deletionsAtOnce = 100
    /// A listing without any file may be right where no more than so many were known.
    private static let handful = 10

    /// Deletes what the listing, read to its end, no longer holds.
    ///
    /// - Returns: false when the deadline came first; the next call goes on where this one has ended.
    func deleteWhatIsGone(_ plan: inout RunState.VaultPlan, _ cursor: inout ListCursor) async throws -> Bool {
        guard let listing = plan.listing, !listing.isOfFailures, cursor.gone > 0 else { return true }
        if plan.withheld > 0 { return true }
        // Deletions that were begun in an earlier call were let pass.
        if cursor.piece == 1, cursor.offset == 0, try await isHeldBack(listing, cursor) {
            call.logger.warning("deletions held back", metadata: [LogKey.files: "\(cursor.gone)"])
            plan.withheld = cursor.gone
            return true
        }
        while cursor.piece <= cursor.pieces {
            var reader = try await GoneSpool.read(cursor.piece, from: cursor.offset, self)
            while true {
                let lines = try await reader.next(upTo: Self.deletionsAtOnce)
                guard let last = lines.last else { break }
                let deleted = try await delete(lines.map(\.value).filter { $0.kind == .deletion }, &cursor)
                cursor.deleted += deleted.files
                // A repeated call does not find again what the first has deleted, so these may be added.
                if deleted.files > 0 {
                    plan.removed = plan.removed ?? .init()
                    plan.removed?.files += deleted.files
                    plan.removed?.bytes += deleted.bytes
                }
                cursor.offset = last.end
                if isLate { return false }
            }
            cursor.piece += 1
            cursor.offset = 0
        }
        return true
    }

    /// The brake: what looks like a fault of the source rather than somebody's wish waits until somebody says so.
    private func isHeldBack(_ listing: RunState.Listing, _ cursor: ListCursor) async throws -> Bool {
        guard lister.deletions == .mirror, !call.input.request.options.allowDeletions else { return false }
        // An unreadable name may belong to any of the files that seem to be gone.
        if listing.isSnapshot, listing.unreadable > 0 { return true }
        if listing.isSnapshot, listing.entries == 0, cursor.gone > Self.handful { return true }
        let lately = try await records.state(of: vault.id)?.deletedLately(at: lister.clock.now) ?? .init()
        guard settings.brake.looksAt(cursor.gone, lately: lately) else { return false }
        let census = try await census(cursor)
        return settings.brake.holdsBack(census.gone, lately: lately, of: census.held)
    }

    /// Counts what is gone, and all that there is.
    private func census(_ cursor: ListCursor) async throws -> GoneCensus {
        var census = GoneCensus()
        for piece in stride(from: 1, through: cursor.pieces, by: 1) {
            var reader = try await GoneSpool.read(piece, from: 0, self)
            while true {
                let lines = try await reader.next(upTo: Self.deletionsAtOnce)
                if lines.isEmpty { break }
                let paths = lines.map(\.value).filter { $0.kind == .deletion }.map(\.path)
                if !paths.isEmpty { census.add(gone: try await records.records(of: paths, in: vault.id).values) }
            }
        }
        var pages = records.allRecords(in: vault.id, after: nil).makeAsyncIterator()
        while let page = try await pages.next(isolation: nil) { census.add(held: page) }
        return census
    }

    /// Deletes files, and leaves in their records that they are deleted.
    ///
    /// The records are read once more, with every write seen: what has changed since it was found to be gone stays.
    ///
    /// - Returns: how many were deleted, and their bytes.
    private func delete(_ gone: [Entry], _ cursor: inout ListCursor) async throws -> (files: Int, bytes: Int64) {
        guard !gone.isEmpty else { return (0, 0) }
        let known = try await records.records(of: gone.map(\.path), in: vault.id)
        var tombstones: [FileRecord] = []
        var uploads: [VaultPath: MultipartUpload] = [:]
        for entry in gone {
            var record = known[entry.path] ?? FileRecord(entry, status: .failed, author: author, previous: nil)
            let isNewer = record.epoch == vault.epoch && record.version > entry.version
            if record.status == .deleted || isNewer { continue }
            let isKept = lister.deletions == .keep && record.isStored
            record.status = .deleted
            record.version = entry.version
            record.run = run
            record.epoch = vault.epoch
            record.pendingSince = nil
            record.lastError = nil
            record.reason = isKept ? FileRecord.kept : nil
            record.deletedAt = lister.clock.now
            if !isKept { record.fingerprint = nil }
            uploads[record.path] = record.checkpoint?.upload
            record.checkpoint = nil
            tombstones.append(record)
        }
        guard !tombstones.isEmpty else { return (0, 0) }
        try await checkLease()
        if lister.deletions == .mirror {
            let kept = try await deleteObjects(of: tombstones)
            cursor.failed += kept.count
            cursor.kept = (cursor.kept ?? 0) + kept.count
            tombstones.removeAll { kept.contains($0.path) }
        }
        let isSaved = try await save(tombstones)
        // Only now, as nobody goes on with them any more.
        for (record, isSaved) in zip(tombstones, isSaved) where isSaved {
            if let upload = uploads[record.path] { await lister.mirror.abandon(upload, until: nil) }
        }
        if lister.deletions == .mirror {
            for record in tombstones { lister.observe(.deleted(vault: folder, path: record.path)) }
        }
        return (tombstones.count, tombstones.reduce(0) { $0 + ($1.size ?? 0) })
    }

    /// Deletes the objects of records.
    ///
    /// - Returns: the paths of those that the store does not let go. Their records stay as they are, and the cursor is not
    ///   committed, so that the next run tries again.
    private func deleteObjects(of records: [FileRecord]) async throws -> Set<VaultPath> {
        var paths: [ObjectKey: VaultPath] = [:]
        for record in records {
            if let key = try? KeyMapping.key(folder: folder, path: record.path) { paths[key] = record.path }
        }
        let keys = paths.keys.sorted { $0.rawValue.utf8.lexicographicallyPrecedes($1.rawValue.utf8) }
        let kept = try await lister.mirror.delete(keys)
        for error in kept.values { lister.metrics.failed(error.name) }
        // One line for each reason: there may be as many failures as files.
        for (reason, failures) in Dictionary(grouping: kept.values, by: { $0.reason ?? $0.name.rawValue }) {
            call.logger.warning(
                "the store keeps files that are gone at the source",
                metadata: [LogKey.files: "\(failures.count)", LogKey.errorReason: "\(reason)"]
            )
        }
        return Set(kept.keys.compactMap { paths[$0] })
    }
}
