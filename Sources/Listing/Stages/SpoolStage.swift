import Clocks
import Logging
import SyncCore

/// Lists a vault and writes its manifest, once a run.
struct SpoolStage: Sendable {
    /// How old a cursor may be: what lies further back a provider need not remember.
    private static let oldestCursor: Duration = .seconds(30 * 24 * 3600)

    private let context: PassContext
    private let filter: PathFilter

    /// Lists by the patterns of this pass.
    init(_ context: PassContext, _ filter: PathFilter) {
        self.context = context
        self.filter = filter
    }

    /// Spools the provider's listing.
    func spoolListing() async throws -> RunState.Listing {
        try await context.saveProgress(PassCursor(), .listing)
        let known = try await context.records.state(of: context.vault.id)
        try checkAccount(known)
        try checkPasswordSource(known)
        let compiled = CompiledFilter(filter)
        var listing = try await spool(since: known.flatMap(usableCursor), compiled)
        if listing == nil {
            context.logger.notice("vault was replaced at the source, listing it from the beginning")
            listing = try await spool(since: nil, compiled)
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

    /// Spools what failed earlier in the run.
    func spoolFailures(_ listing: RunState.Listing) async throws -> RunState.Listing {
        var writer = ManifestWriter(store: context.state, vault: context.vault.id, run: context.run)
        // Whoever redrives wants it tried now.
        try await addPending(to: &writer) { $0.run == context.run && $0.status != .skipped }
        var listing = listing
        let written = try await writer.finish()
        (listing.entries, listing.files, listing.bytes) = (written.entries, written.files, written.bytes)
        listing.isSpooled = true
        return listing
    }

    /// Whether files without a record may lie at the destination: those of a folder that was there before, of records
    /// that are lost, or of another deployment. Asked only where nothing has been committed for this destination yet, with one
    /// request; an empty one costs nothing more.
    func mayHoldObjects() async throws -> Bool {
        let known = try await context.records.state(of: context.vault.id)
        if let known, Vault.place(ofEpoch: known.epoch) == Vault.place(ofEpoch: context.vault.epoch) { return false }
        let ignored = context.folder.isEmpty ? context.ignoredFolders : []
        let prefix = context.folder.isEmpty ? "" : context.folder + "/"
        var pages = context.mirror.list(prefix, after: nil).makeAsyncIterator()
        while let page = try await pages.next(isolation: nil) {
            let isOurs = page.contains { object in
                !ignored.contains { object.key.utf8.starts(with: ($0 + "/").utf8) }
            }
            if isOurs { return true }
        }
        return false
    }

    /// What another account lists says nothing about what was mirrored from this one.
    private func checkAccount(_ known: VaultState?) throws(SyncError) {
        guard let before = known?.account, let account = context.vault.account, before != account,
            !context.input.request.options.switchAccount
        else { return }
        throw .anotherAccount
    }

    /// A service that states a key of its own for a vault that the user had the key to could replace its contents.
    private func checkPasswordSource(_ known: VaultState?) throws(SyncError) {
        guard known?.passwordSource == Vault.PasswordSource.own.rawValue, context.vault.passwordSource == .managed,
            !context.input.request.options.acceptManaged
        else { return }
        throw SyncError(
            .vaultPasswordWrong,
            "the vault \(context.vault.id) was mirrored with your own password, and now the service states one itself; put yours "
                + "back into the secret, or take the service's once with --accept-managed (options.accept_managed)"
        )
    }

    /// Where to list from; nil for everything.
    ///
    /// A cursor of another epoch means nothing, an old one may lie before what the provider still remembers, and behind one
    /// of other patterns lies what those have left out.
    private func usableCursor(_ known: VaultState) -> SourceCursor? {
        let request = context.input.request
        let isRecent = known.committed.duration(to: context.now) < Self.oldestCursor
        guard request.syncType == .incremental, !request.options.deleteExcluded, known.epoch == context.vault.epoch,
            isRecent, known.filter ?? PathFilter() == filter
        else { return nil }
        return known.cursor
    }

    /// Writes the manifest of one listing; nil when the listing tells that the vault was replaced.
    private func spool(since: SourceCursor?, _ filter: CompiledFilter) async throws -> RunState.Listing? {
        var writer = ManifestWriter(store: context.state, vault: context.vault.id, run: context.run)
        var unreadable = 0
        var received = 0
        var hasFolders = false
        let end = try await context.withSession(since: since) { session in
            try await session.list { entry in
                received += 1
                if received.isMultiple(of: 1000), context.isLate {
                    throw SyncError(.sourceUnavailable, "the listing of a vault takes longer than one call may last")
                }
                if received.isMultiple(of: 100) {
                    context.observe(.listing(vault: context.label, entries: received))
                }
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
            try await addPending(to: &writer) { record in
                record.epoch == context.vault.epoch && filter.lets(record.path, version: record.version)
                    && record.isDue(at: context.now)
            }
        }
        let written = try await writer.finish()
        var listing = RunState.Listing(
            isSnapshot: end.isSnapshot,
            entries: written.entries,
            unreadable: unreadable,
            cursor: end.cursor
        )
        (listing.files, listing.bytes) = (written.files, written.bytes)
        listing.notReady = end.notReady
        return listing
    }

    private func addPending(to writer: inout ManifestWriter, where isWanted: (FileRecord) -> Bool) async throws {
        var pending = context.records.pendingRecords(in: context.vault.id).makeAsyncIterator()
        while let record = try await pending.next(isolation: nil) {
            if isWanted(record) { try await writer.add(record.entry) }
        }
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
