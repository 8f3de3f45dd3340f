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

    /// Spools the provider's listing, or as much of it as there is time for.
    ///
    /// - Parameter isBegun: whether an earlier call has spooled a stretch of it.
    /// - Returns: nil where the next call has to go on.
    /// - Throws: `VaultPasswordWrong`, `InvalidConfiguration` where the listing needs more time; what the ports throw.
    func spoolListing(isBegun: Bool) async throws -> RunState.Listing? {
        try await context.saveProgress(PassCursor(), .listing)
        let known = try await context.records.state(of: context.vault.id)
        try checkAccount(known)
        try checkPasswordSource(known)
        let open = isBegun ? try await OpenListing.load(context) : nil
        let held = try await heldList(known)
        var cursor = known.flatMap(usableCursor)
        // What was held back and is on no list any more is found by a listing of everything.
        if held == nil, known?.held != nil, context.ports.provider.hasVaultFolders { cursor = nil }
        var spooled = try await spool(since: open.map(\.since) ?? cursor, open, held)
        if case .ofAnother = spooled {
            context.logger.notice("vault was replaced at the source, listing it from the beginning")
            spooled = try await spool(since: nil, nil, nil)
        }
        guard case .whole(var listing) = spooled else {
            if case .stretch = spooled { return nil }
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
        if let known, known.epoch.place == context.vault.epoch.place { return false }
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
            "the vault \(ServiceWords.label(context.vault.name, context.vault.id)) was mirrored with your own password, and now the "
                + "service states one itself; put yours back into the secret, or take the service's once with --accept-managed (options.accept_managed)"
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

    /// What came of a listing in one call.
    private enum Spooled {
        case whole(RunState.Listing)
        /// The next call has to go on.
        case stretch
        /// It tells that the vault was replaced.
        case ofAnother
    }

    /// Writes the manifest of one listing, or puts aside what there was time for.
    private func spool(
        since: SourceCursor?,
        _ open: OpenListing?,
        _ held: JSONLinesReader<Entry>?
    ) async throws -> Spooled {
        var writer = ManifestWriter(
            store: context.state,
            vault: context.vault.id,
            run: context.run,
            after: open?.sorted
        )
        var tally = open?.tally ?? .init()
        let filter = CompiledFilter(filter)
        let stretch = try await context.withSession(since: since) { session in
            try await session.list(from: open?.place, while: { !context.isLate }) { entry in
                tally.count(entry)
                if tally.received.isMultiple(of: 100) {
                    context.observe(.listing(vault: context.label, entries: tally.received))
                }
                // Of a folder's files each is looked at when it is known.
                if entry.isOfFolder || filter.lets(entry.path, version: entry.version) {
                    try await writer.add(entry.asManifestEntry)
                }
            }
        }
        switch stretch {
        case .paused(let place):
            context.logger.notice("listing goes on in the next call", metadata: [LogKey.entries: "\(tally.received)"])
            try await OpenListing(since: since, place: place, sorted: try await writer.pause(), tally: tally).save(
                context
            )
            return .stretch
        case .ended(let end) where end.wasReplaced && since != nil:
            return .ofAnother
        case .ended(let end):
            // A snapshot names everything that is there; beside it, old failures would pass for files that still exist.
            // Where it names folders, those files are among them, or are found to be gone when they are fetched.
            if !end.isSnapshot || tally.hasFolders {
                try await addPending(to: &writer) { record in
                    record.epoch == context.vault.epoch && filter.lets(record.path, version: record.version)
                        && record.isDue(at: context.now)
                }
            }
            // A snapshot finds them by itself.
            if !end.isSnapshot, var held {
                while let entry = try await held.next()?.value { try await writer.add(entry) }
            }
            let written = try await writer.finish { if open != nil { try await OpenListing.drop(context) } }
            return .whole(RunState.Listing(end, written, unreadable: tally.unreadable))
        }
    }

    /// The deletions that the run before held back, where the provider's listings name files.
    private func heldList(_ known: VaultState?) async throws -> JSONLinesReader<Entry>? {
        guard context.ports.provider.hasVaultFolders, let held = known?.held else { return nil }
        return try await HeldList(context).read(held.id)
    }

    private func addPending(to writer: inout ManifestWriter, where isWanted: (FileRecord) -> Bool) async throws {
        var pending = context.records.pendingRecords(in: context.vault.id).makeAsyncIterator()
        while let record = try await pending.next(isolation: nil) {
            if isWanted(record) { try await writer.add(record.entry) }
        }
    }
}

extension RunState.Listing {
    fileprivate init(_ end: ListingEnd, _ written: ManifestWriter.Totals, unreadable: Int) {
        self.init(isSnapshot: end.isSnapshot, entries: written.entries, unreadable: unreadable, cursor: end.cursor)
        (files, bytes) = (written.files, written.bytes)
        notReady = end.notReady
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
