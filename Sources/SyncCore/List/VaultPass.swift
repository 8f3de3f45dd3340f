import Logging

/// One vault's part of a run: the steps from the lease to the commit.
struct VaultPass {
    let lister: ListPage
    let call: ListPage.Call
    let vault: Vault
    let folder: String

    var run: RunID { call.input.run }
    var records: any RecordStore { lister.records }
    var settings: ListSettings { lister.settings }
    var isLate: Bool { lister.clock.now >= call.deadline }
    var author: FileRecord.Author { .init(run: run, epoch: vault.epoch, now: lister.clock.now) }

    /// Takes steps until there is something to hand out, the deadline has come, or the vault is done.
    func advance(
        _ plan: inout RunState.VaultPlan,
        _ cursor: inout ListCursor,
        _ page: inout ListPage.Page
    ) async throws {
        let now = lister.clock.now
        guard try await records.acquireLease(Lease(owner: run, now: now), on: vault.id, now: now) else {
            call.logger.notice("vault is mirrored by another run")
            plan.outcome = .busy
            return
        }
        try await countReceipts(&cursor)
        while plan.outcome == .open, page.batches.isEmpty, !page.isCut {
            switch cursor.step {
            case .open:
                try await open(&plan, &cursor)
            case .page:
                try await handOut(&plan, &cursor, &page)
            case .delete:
                page.isCut = try await !deleteWhatIsGone(&plan)
                if !page.isCut { cursor.step = .settle }
            case .settle:
                try await settle(&plan, &cursor, &page)
            }
        }
        if plan.outcome == .open { try await saveProgress(cursor, cursor.step == .page ? .downloading : .settling) }
    }

    /// Spools the listing, once a run.
    private func open(_ plan: inout RunState.VaultPlan, _ cursor: inout ListCursor) async throws {
        if let listing = plan.listing, !listing.isSpooled {
            plan.listing = try await spoolFailures(listing)
        } else if plan.listing == nil {
            try await abortForgottenUploads()
            plan.listing = try await spoolListing()
        }
        lister.observe(.listed(vault: folder.isEmpty ? vault.name : folder, entries: plan.listing?.entries ?? 0))
        cursor.batches = plan.batches
        cursor.counted = plan.batches
        cursor.done = plan.done
        cursor.settleNext = plan.batches + 1
        cursor.step = .page
    }

    private func spoolListing() async throws -> RunState.Listing {
        try await saveProgress(ListCursor(), .listing)
        let known = try await records.state(of: vault.id)
        let since = call.input.request.syncType == .complete ? nil : known.flatMap(usableCursor)
        let listing: RunState.Listing? = try await lister.provider.withLibrary(lister.secret, logger: call.logger) {
            source in
            if let listing = try await spool(source, since: since) { return listing }
            call.logger.notice("vault was replaced at the source, listing it from the beginning")
            return try await spool(source, since: nil)
        }
        guard let listing else {
            throw SyncError(.protocolChanged, "the provider's listing contradicts itself")
        }
        return listing
    }

    /// A cursor of another epoch means nothing, and an old one may lie before what the provider still remembers.
    private func usableCursor(_ known: VaultState) -> SourceCursor? {
        let isRecent = known.committed.duration(to: lister.clock.now) < .seconds(30 * 24 * 3600)
        return known.epoch == vault.epoch && isRecent ? known.cursor : nil
    }

    /// Writes the manifest of one listing; nil when the listing tells that the vault was replaced.
    private func spool(_ source: any LibrarySource, since: SourceCursor?) async throws -> RunState.Listing? {
        var writer = ManifestWriter(store: lister.state, vault: vault.id, run: run)
        var unreadable = 0
        var received = 0
        var hasFolders = false
        let end = try await source.withVault(vault.id, since: since) { session in
            try await session.list { entry in
                received += 1
                if received.isMultiple(of: 1000), isLate {
                    throw SyncError(.sourceUnavailable, "the listing of a vault takes longer than one call may last")
                }
                if entry.kind == .unreadable { unreadable += 1 }
                hasFolders = hasFolders || entry.isOfFolder
                try await writer.add(entry.asManifestEntry)
            }
        }
        if end.wasReplaced, since != nil { return nil }
        // A snapshot names everything that is there; beside it, old failures would pass for files that still exist.
        // Where it names folders, those files are among them, or are found to be gone when they are fetched.
        if !end.isSnapshot || hasFolders { try await addPending(to: &writer) { $0.epoch == vault.epoch } }
        let entries = try await writer.finish()
        return .init(
            isSnapshot: end.isSnapshot,
            entries: entries,
            unreadable: unreadable,
            cursor: end.cursor,
            notReady: end.notReady
        )
    }

    private func spoolFailures(_ listing: RunState.Listing) async throws -> RunState.Listing {
        var writer = ManifestWriter(store: lister.state, vault: vault.id, run: run)
        try await addPending(to: &writer) { $0.run == run }
        var listing = listing
        listing.entries = try await writer.finish()
        listing.isSpooled = true
        return listing
    }

    private func addPending(to writer: inout ManifestWriter, where isWanted: (FileRecord) -> Bool) async throws {
        var pending = records.pendingRecords(in: vault.id).makeAsyncIterator()
        while let record = try await pending.next(isolation: nil) {
            if isWanted(record) { try await writer.add(record.entry) }
        }
    }

    /// Adds up the receipts of the batches that were handed out last.
    private func countReceipts(_ cursor: inout ListCursor) async throws {
        guard cursor.counted < cursor.batches else { return }
        var receipts = records.receipts(of: run, in: vault.id, from: cursor.counted + 1).makeAsyncIterator()
        var found = 0
        while let receipt = try await receipts.next(isolation: nil), receipt.batch <= cursor.batches {
            found += 1
            cursor.done.files += receipt.files
            cursor.done.bytes += receipt.bytes
            cursor.done.skipped += receipt.skipped
            if !receipt.failures.isEmpty || receipt.error != nil { cursor.problems += 1 }
        }
        cursor.problems += cursor.batches - cursor.counted - found
        cursor.counted = cursor.batches
    }

    func saveProgress(_ cursor: ListCursor, _ phase: VaultProgress.Phase) async throws {
        var progress = VaultProgress(run: run, phase: phase, updated: lister.clock.now)
        progress.filesTotal = cursor.planned.files
        progress.bytesTotal = cursor.planned.bytes
        progress.filesComplete = cursor.done.files
        progress.bytesComplete = cursor.done.bytes
        let isOver = phase == .completed || phase == .failed
        let expires = isOver ? progress.updated.advanced(by: .seconds(24 * 3600)) : nil
        try await records.save(progress, of: vault.id, expires: expires)
    }
}

extension Entry {
    /// Folders are not stored. Where a folder stands, no file can stand any more.
    fileprivate var asManifestEntry: Entry {
        var entry = self
        if kind == .folder { entry.kind = .deletion }
        return entry
    }
}
