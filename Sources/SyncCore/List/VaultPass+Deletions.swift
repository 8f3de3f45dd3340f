import Logging

extension VaultPass {
    private static let deletionsAtOnce = 100
    /// A listing without any file may be right where no more than so many were known.
    private static let handful = 10

    /// Deletes what the listing, read to its end, no longer holds.
    ///
    /// - Returns: false when the deadline came first; what was done is done, and the next call finds the rest.
    func deleteWhatIsGone(_ plan: inout RunState.VaultPlan) async throws -> Bool {
        guard let listing = plan.listing, !listing.isOfFailures else { return true }
        if plan.withheld > 0 { return true }
        let census = try await census(listing)
        guard census.gone > 0 else { return true }
        if isHeldBack(listing, census) {
            call.logger.warning("deletions held back", metadata: [LogKey.files: "\(census.gone)"])
            plan.withheld = census.gone
            return true
        }
        var waiting: [FileRecord] = []
        var isCut = false
        var deleted = 0
        try await forEachGone(listing) { record in
            waiting.append(record)
            if waiting.count >= Self.deletionsAtOnce {
                try await delete(waiting)
                deleted += waiting.count
                waiting = []
                isCut = isLate
            }
            return !isCut
        }
        try await delete(waiting)
        plan.deleted += deleted + waiting.count
        return !isCut
    }

    /// The brake: what looks like a fault of the source rather than somebody's wish waits until somebody says so.
    private func isHeldBack(_ listing: RunState.Listing, _ census: Census) -> Bool {
        guard settings.deletions == .mirror, !call.input.request.options.allowDeletions else { return false }
        // An unreadable name may belong to any of the files that seem to be gone.
        if listing.isSnapshot, listing.unreadable > 0 { return true }
        if listing.isSnapshot, listing.entries == 0, census.gone > Self.handful { return true }
        return census.gone > settings.brakeFiles && Double(census.gone) > Double(census.files) * settings.brakeShare
    }

    private func delete(_ gone: [FileRecord]) async throws {
        guard !gone.isEmpty else { return }
        if settings.deletions == .mirror {
            try await lister.mirror.delete(gone.compactMap { try? KeyMapping.key(folder: folder, path: $0.path) })
        }
        for var record in gone {
            record.status = .deleted
            record.run = run
            record.epoch = vault.epoch
            record.pendingSince = nil
            record.lastError = nil
            try await records.save(record, in: vault.id)
            if settings.deletions == .mirror { lister.observe(.deleted(vault: folder, path: record.path)) }
        }
    }

    private struct Census {
        var gone = 0
        var files = 0
    }

    /// How many files are to be deleted, and of how many.
    private func census(_ listing: RunState.Listing) async throws -> Census {
        var census = Census()
        try await forEachGone(listing) { _ in
            census.gone += 1
            return true
        }
        guard census.gone > settings.brakeFiles else { return census }
        var all = records.allRecords(in: vault.id).makeAsyncIterator()
        while let record = try await all.next(isolation: nil) {
            if record.status != .deleted { census.files += 1 }
        }
        return census
    }

    /// Calls `body` with every record whose file is gone at the source, until it returns false.
    private func forEachGone(
        _ listing: RunState.Listing,
        _ body: (FileRecord) async throws -> Bool
    ) async throws {
        if listing.isSnapshot {
            try await forEachUnlisted(body)
        } else {
            try await forEachTombstone(body)
        }
    }

    /// After a snapshot: every record that the manifest does not name.
    private func forEachUnlisted(_ body: (FileRecord) async throws -> Bool) async throws {
        var known = RecordCursor(records.allRecords(in: vault.id))
        var reader = try await manifest(from: 0)
        var isAtEnd = false
        var folder: VaultPath?
        while !isAtEnd {
            let entry = try await reader.next()?.value
            isAtEnd = entry == nil
            if entry?.kind == .deletion { continue }
            defer { if let entry, entry.isOfFolder { folder = entry.path } }
            while var record = try await known.next(before: entry?.path) {
                if let folder, record.path.isBelow(folder) { continue }
                // A version of an epoch that is over would outrank those of the new one.
                if record.epoch != vault.epoch { record.version = 0 }
                if record.status != .deleted, try await !body(record) { return }
            }
        }
    }

    /// An object of ours without a record is what a run leaves that was stopped between storing a file and noting it.
    private func orphan(of deletion: Entry) async throws -> FileRecord? {
        guard settings.deletions == .mirror, let key = try? KeyMapping.key(folder: folder, path: deletion.path),
            try await lister.mirror.head(key)?.sourceVersion != nil
        else { return nil }
        var lost = deletion
        lost.version = 0
        return FileRecord(lost, status: .failed, author: author, previous: nil)
    }

    /// After an incremental listing: every record that a deletion speaks of.
    private func forEachTombstone(_ body: (FileRecord) async throws -> Bool) async throws {
        var reader = try await manifest(from: 0)
        while true {
            let lines = try await reader.next(upTo: Self.deletionsAtOnce)
            if lines.isEmpty { return }
            let deletions = lines.map(\.value).filter { $0.kind == .deletion }
            let known = deletions.isEmpty ? [:] : try await records.records(of: deletions.map(\.path), in: vault.id)
            for deletion in deletions {
                let found = try await known[deletion.path] == nil ? orphan(of: deletion) : known[deletion.path]
                guard var record = found, record.status != .deleted,
                    record.epoch == vault.epoch, record.version < deletion.version
                else { continue }
                record.version = deletion.version
                if try await !body(record) { return }
            }
        }
    }
}
