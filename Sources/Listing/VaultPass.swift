import Clocks
import Logging
import SyncCore

/// One vault's part of a run: the steps from the lease to the commit.
struct VaultPass {
    let lister: ListPage
    let call: ListPage.Call
    let lease: HeldLease
    let vault: Vault
    let folder: String
    /// When the run began.
    let started: Timestamp

    var run: RunID { call.input.run }
    var records: any RecordStore { lister.records }
    var settings: ListSettings { lister.settings }
    var isLate: Bool { lister.clock.now >= call.deadline }
    var author: FileRecord.Author { .init(run: run, epoch: vault.epoch, now: lister.clock.now) }

    /// What people know the vault by.
    private var label: String { folder.isEmpty ? vault.name : folder }

    /// Takes steps until there is something to hand out, the deadline has come, or the vault is done.
    func advance(
        _ plan: inout RunState.VaultPlan,
        _ cursor: inout ListCursor,
        _ page: inout ListPage.Page
    ) async throws {
        guard try await lease.take() else {
            call.logger.notice(
                lease.isSuperseded ? "vault superseded by a newer run" : "vault is mirrored by another run"
            )
            plan.leave(superseded: lease.isSuperseded)
            return
        }
        if try await isOvertaken(plan) {
            call.logger.notice("vault superseded by a newer run")
            try await records.releaseLease(of: run, on: vault.id)
            plan.leave(superseded: true)
            return
        }
        plan.term = lease.term
        cursor.term = lease.term
        try await countReceipts(&cursor)
        while plan.outcome == .open, page.batches.isEmpty, !page.isCut {
            switch cursor.step {
            case .open:
                try await open(&plan, &cursor)
            case .page:
                try await handOut(&plan, &cursor, &page)
            case .delete:
                page.isCut = try await !deleteWhatIsGone(&plan, &cursor)
                plan.deleted = cursor.deleted
                if !page.isCut { cursor.step = .settle }
            case .settle:
                try await settle(&plan, &cursor, &page)
            }
        }
        if plan.outcome == .open { try await saveProgress(cursor, cursor.step == .page ? .downloading : .settling) }
    }

    /// Whether a run of the first release, which knew no terms, has committed the vault's cursor since this one, of the same
    /// release, began.
    private func isOvertaken(_ plan: RunState.VaultPlan) async throws -> Bool {
        guard plan.term == nil, plan.listing != nil, let state = try await records.state(of: vault.id) else {
            return false
        }
        return state.run != run && state.committed > started
    }

    /// Has to come before every stretch of writes: a run that has slept through its lease must not write any more.
    ///
    /// - Throws: ``LeaseLost``.
    func checkLease() async throws {
        guard try await lease.take() else { throw LeaseLost() }
    }

    /// Spools the listing, once a run.
    private func open(_ plan: inout RunState.VaultPlan, _ cursor: inout ListCursor) async throws {
        if let listing = plan.listing, !listing.isSpooled {
            plan.listing = try await spoolFailures(listing)
        } else if plan.listing == nil {
            try await abortForgottenUploads()
            plan.mayHoldObjects = try await mayHoldObjects() ? true : nil
            plan.listing = try await spoolListing(plan.filter ?? PathFilter())
        }
        let listing = plan.listing
        lister.observe(
            .listed(
                vault: label,
                entries: listing?.entries ?? 0,
                files: listing?.files ?? 0,
                bytes: listing?.bytes ?? 0
            )
        )
        cursor.batches = plan.batches
        cursor.counted = plan.batches
        cursor.done = plan.done
        cursor.deleted = plan.deleted
        cursor.settleNext = plan.batches + 1
        cursor.step = .page
    }

    /// Whether files may lie at the destination that no record speaks of: those of a folder that was there before, of records
    /// that are lost, or of another deployment. Asked only where nothing has been committed for this destination yet, with one
    /// request; an empty one costs nothing more.
    private func mayHoldObjects() async throws -> Bool {
        let known = try await records.state(of: vault.id)
        if let known, Vault.place(ofEpoch: known.epoch) == Vault.place(ofEpoch: vault.epoch) { return false }
        let ignored = folder.isEmpty ? settings.reservedFolders + KeyMapping.reservedFolders : []
        var pages = lister.mirror.list(folder.isEmpty ? "" : folder + "/", after: nil).makeAsyncIterator()
        while let page = try await pages.next(isolation: nil) {
            let isOurs = page.contains { object in
                !ignored.contains { object.key.utf8.starts(with: ($0 + "/").utf8) }
            }
            if isOurs { return true }
        }
        return false
    }

    private func spoolListing(_ filter: PathFilter) async throws -> RunState.Listing {
        try await saveProgress(ListCursor(), .listing)
        let known = try await records.state(of: vault.id)
        try checkAccount(known)
        try checkPasswordSource(known)
        let since = known.flatMap { usableCursor($0, filter) }
        let compiled = CompiledFilter(filter)
        let listing: RunState.Listing? = try await lister.provider.withLibrary(lister.secret, logger: call.logger) {
            source in
            if let listing = try await spool(source, since: since, compiled) { return listing }
            call.logger.notice("vault was replaced at the source, listing it from the beginning")
            return try await spool(source, since: nil, compiled)
        }
        guard var listing else {
            throw SyncError(.protocolChanged, "the provider's listing contradicts itself")
        }
        listing.records = known?.records
        listing.walksRecords = ReadCost.prefersQuery(
            entries: listing.entries,
            records: known?.records,
            isSnapshot: listing.isSnapshot
        )
        return listing
    }

    /// What another account lists says nothing about what was mirrored from this one.
    private func checkAccount(_ known: VaultState?) throws(SyncError) {
        guard let before = known?.account, let account = vault.account, before != account,
            !call.input.request.options.switchAccount
        else { return }
        throw .anotherAccount
    }

    /// A service that states a key of its own for a vault that the user had the key to could replace its contents.
    private func checkPasswordSource(_ known: VaultState?) throws(SyncError) {
        guard known?.passwordSource == Vault.PasswordSource.own.rawValue, vault.passwordSource == .managed,
            !call.input.request.options.acceptManaged
        else { return }
        throw SyncError(
            .vaultPasswordWrong,
            "the vault \(vault.id) was mirrored with your own password, and now the service states one itself; put yours back into "
                + "the secret, or take the service's once with --accept-managed (options.accept_managed)"
        )
    }

    /// Where to list from; nil for everything.
    ///
    /// A cursor of another epoch means nothing, an old one may lie before what the provider still remembers, and behind one
    /// of other patterns lies what those have left out.
    private func usableCursor(_ known: VaultState, _ filter: PathFilter) -> SourceCursor? {
        let request = call.input.request
        let isRecent = known.committed.duration(to: lister.clock.now) < .seconds(30 * 24 * 3600)
        guard request.syncType == .incremental, !request.options.deleteExcluded, known.epoch == vault.epoch, isRecent,
            known.filter ?? PathFilter() == filter
        else { return nil }
        return known.cursor
    }

    /// Writes the manifest of one listing; nil when the listing tells that the vault was replaced.
    private func spool(
        _ source: any LibrarySource,
        since: SourceCursor?,
        _ filter: CompiledFilter
    ) async throws -> RunState.Listing? {
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
                if received.isMultiple(of: 100) { lister.observe(.listing(vault: label, entries: received)) }
                if entry.kind == .unreadable { unreadable += 1 }
                hasFolders = hasFolders || entry.isOfFolder
                // Of a folder's files each is looked at when it is known.
                if entry.isOfFolder || filter.lets(entry.path, version: entry.version) {
                    try await writer.add(entry.asManifestEntry)
                }
            }
        }
        if end.wasReplaced, since != nil { return nil }
        // A snapshot names everything that is there; beside it, old failures would pass for files that still exist.
        // Where it names folders, those files are among them, or are found to be gone when they are fetched.
        if !end.isSnapshot || hasFolders {
            try await addPending(to: &writer) { $0.epoch == vault.epoch && filter.lets($0.path, version: $0.version) }
        }
        let written = try await writer.finish()
        return .init(
            isSnapshot: end.isSnapshot,
            entries: written.entries,
            files: written.files,
            bytes: written.bytes,
            unreadable: unreadable,
            cursor: end.cursor,
            notReady: end.notReady
        )
    }

    private func spoolFailures(_ listing: RunState.Listing) async throws -> RunState.Listing {
        var writer = ManifestWriter(store: lister.state, vault: vault.id, run: run)
        try await addPending(to: &writer) { $0.run == run && $0.status != .skipped }
        var listing = listing
        let written = try await writer.finish()
        (listing.entries, listing.files, listing.bytes) = (written.entries, written.files, written.bytes)
        listing.isSpooled = true
        return listing
    }

    private func addPending(to writer: inout ManifestWriter, where isWanted: (FileRecord) -> Bool) async throws {
        var pending = records.pendingRecords(in: vault.id).makeAsyncIterator()
        while let record = try await pending.next(isolation: nil) {
            if isWanted(record), record.isDue(at: lister.clock.now) { try await writer.add(record.entry) }
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
            if receipt.error == SyncError.Name.tokenExpired.rawValue, receipt.files > 0 {
                cursor.expired = (cursor.expired ?? 0) + 1
            }
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
        try await checkLease()
        try await records.save(progress, of: vault.id, expires: progress.expires)
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
