package import Clocks
package import Logging
package import SyncCore

/// The lister: one call hands out one page of work.
///
/// For each vault: take the lease, spool the listing, hand out batches until the manifest is used up, delete what is
/// gone, read the receipts, hand out once more what failed, commit the cursor. A vault that cannot be listed is
/// passed over and reported at the very end, so that it costs the others nothing.
package struct ListPage: Sendable {
    private(set) var ports: SyncPorts
    let settings: ListSettings
    let metrics: SyncMetrics
    let observe: SyncObserver

    var provider: any LibraryProvider { ports.provider }
    var secret: Secret { ports.secret }
    var mirror: any ObjectStore { ports.mirror }
    var state: any ObjectStore { ports.state }
    /// Set for each call: see ``PatientRecordStore``.
    private(set) var records: any RecordStore
    var clock: any WallClock { ports.clock }
    var deletions: DeletionPolicy { settings.deletions ?? provider.defaultDeletions }

    /// Makes the use case.
    package init(
        _ ports: SyncPorts,
        settings: ListSettings,
        metrics: SyncMetrics = SyncMetrics(),
        observe: @escaping SyncObserver = { _ in }
    ) {
        self.ports = ports
        self.settings = settings
        self.metrics = metrics
        self.observe = observe
        records = ports.records
    }

    private func patient(until deadline: Timestamp) -> ListPage {
        var lister = self
        lister.ports.provider = provider.working(until: deadline)
        lister.records = PatientRecordStore(
            base: ports.records,
            clock: clock,
            deadline: deadline,
            random: settings.random
        )
        return lister
    }

    /// Hands out the next page.
    ///
    /// - Parameters:
    ///   - input: the run and where it stands.
    ///   - deadline: nothing new is begun after it.
    ///   - logger: carries the metadata of the run.
    /// - Returns: the batches of the page and where the run goes from here.
    /// - Throws: `PartialFailure` when files failed in spite of all rounds, or the error of a vault that was passed
    ///   over, both only at the very end; `TokenExpired`; transient errors.
    package func callAsFunction(_ input: ListInput, deadline: Timestamp, logger: Logger) async throws -> ListOutput {
        try await patient(until: deadline).page(input, deadline, logger)
    }

    private func page(_ input: ListInput, _ deadline: Timestamp, _ logger: Logger) async throws -> ListOutput {
        if input.request.action == .status {
            let status = try await Self.status(of: input.request.vaultIDs, records: records, clock: clock)
            return try output(input, ListCursor(), .done, summary: status)
        }
        var cursor =
            try input.cursor.map { encoded throws(SyncError) in try ListCursor(encoded: encoded) } ?? ListCursor()
        if cursor.events >= settings.eventLimit {
            cursor.events = 0
            cursor.generation += 1
            return try output(input, cursor, .continue)
        }
        var run = try await runState(input, logger)
        try await reopenAfterRedrive(&run, &cursor, input)
        let begun = cursor.position
        var page = Page()
        while run.vaults.indices.contains(cursor.vault) {
            try await work(on: &run, &cursor, &page, Call(input: input, deadline: deadline, logger: logger))
            if !page.batches.isEmpty || page.isCut {
                cursor.events += 12 + 13 * page.batches.count
                var answer = try output(input, cursor, .work, batches: page.batches)
                // A run that gets on may sign in as often as its tokens run out.
                if !page.batches.isEmpty || cursor.position != begun { answer.reauthentications = 0 }
                return answer
            }
        }
        return try await finish(run, cursor, input, logger)
    }

    /// The circumstances of one call.
    struct Call {
        var input: ListInput
        var deadline: Timestamp
        var logger: Logger
    }

    /// What a call has to hand out.
    struct Page {
        var batches: [BatchReference] = []
        /// The bytes of their files, as far as they are known.
        var bytes: Int64 = 0
        /// Whether the deadline came before the page was full.
        var isCut = false

        /// Whether there is something to hand out already.
        var hasWork: Bool { !batches.isEmpty }
    }

    /// Takes the next steps on the vault at hand until there is work to hand out, or the vault is done.
    private func work(
        on run: inout RunState,
        _ cursor: inout ListCursor,
        _ page: inout Page,
        _ call: Call
    ) async throws {
        var plan = run.vaults[cursor.vault]
        var call = call
        call.logger[metadataKey: LogKey.vault] = "\(plan.vault.id)"
        if plan.outcome == .open {
            let claim = plan.claim(cursor)
            let lease = HeldLease(of: run.run, claim, on: plan.vault.id, in: records, clock: clock)
            let pass = VaultPass(
                lister: self,
                call: call,
                lease: lease,
                vault: plan.vault,
                folder: plan.folder,
                started: run.started
            )
            do {
                try await pass.advance(&plan, &cursor, &page)
            } catch let error as SyncError where error.isAboutOneVault {
                call.logger.warning("vault passed over", metadata: [LogKey.errorType: "\(error.name.rawValue)"])
                metrics.failed(error.name)
                plan.outcome = .refused
                // The provider does not know under which id the secret has the vault.
                let message = error.message.replacing("<vault id>", with: plan.vault.id.rawValue)
                plan.error = .init(name: error.name.rawValue, message: message)
                if try await lease.take() { try await pass.saveProgress(ListCursor(), .failed) }
            } catch is LeaseLost {
                call.logger.warning("lease lost to another run")
                if plan.outcome == .open { plan.leave(superseded: lease.isSuperseded) }
                page = Page()
            }
            if plan.outcome == .settled { plan.pending = try await measurePending(in: plan.vault.id, call.logger) }
            run.vaults[cursor.vault] = plan
            try await run.save(to: state)
            if plan.outcome == .settled || plan.outcome == .refused { await measureAge(of: plan, call.logger) }
        }
        guard plan.outcome != .open else { return }
        // A repeated call comes here again with the vault done already: the lease may still have to be given back.
        if plan.outcome != .busy {
            try await records.releaseLease(of: run.run, on: plan.vault.id)
        }
        cursor.advance()
    }

    func output(
        _ input: ListInput,
        _ cursor: ListCursor,
        _ next: ListOutput.Next,
        batches: [BatchReference] = [],
        summary: Summary? = nil
    ) throws -> ListOutput {
        let wanted = input.request.options.maxConcurrent ?? settings.maxConcurrent ?? provider.defaultConcurrency
        return ListOutput(
            run: input.run,
            request: input.request,
            cursor: try cursor.encoded,
            next: next,
            batches: batches,
            maxConcurrent: max(1, min(wanted, settings.concurrencyLimit)),
            successor: "\(input.run.rawValue)-c\(cursor.generation)",
            reauthentications: input.reauthentications ?? 0,
            summary: summary
        )
    }
}

extension SyncError {
    /// Whether the error keeps one vault from being listed, and says nothing about the others.
    fileprivate var isAboutOneVault: Bool {
        switch name {
        case .vaultPasswordWrong, .subscriptionExpired, .invalidConfiguration, .protocolChanged, .invalidInput: true
        default: false
        }
    }
}
