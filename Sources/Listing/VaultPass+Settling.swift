import Clocks
import Logging
import SyncCore

extension VaultPass {
    /// Hands out once more what failed or was never accounted for; after the last round, commits.
    func settle(
        _ plan: inout RunState.VaultPlan,
        _ cursor: inout ListCursor,
        _ page: inout ListPage.Page
    ) async throws {
        if cursor.settleNext > cursor.settleEnd {
            guard cursor.problems > 0 else { return try await commit(&plan, cursor, failed: cursor.failed) }
            // A round in which tokens ran out while files were stored does not count: the next token stores more.
            guard cursor.round < ListCursor.rounds || cursor.expired != nil else {
                page.isCut = try await !recordUnaccounted(&cursor)
                if !page.isCut { try await commit(&plan, cursor, failed: cursor.failed) }
                return
            }
            cursor.round = cursor.expired == nil ? cursor.round + 1 : max(cursor.round, 2)
            cursor.expired = nil
            cursor.problems = 0
            cursor.settleEnd = cursor.batches
        }
        var batch = BatchBuilder(self, plan)
        var tokenIsChecked = false
        var receipts = Receipts(records.receipts(of: run, in: vault.id, from: cursor.settleNext))
        while cursor.settleNext <= cursor.settleEnd, page.batches.count < settings.batchesPerPage, !page.isCut {
            let receipt = try await receipts.receipt(of: cursor.settleNext)
            if receipt?.error == SyncError.Name.tokenExpired.rawValue, !tokenIsChecked {
                // Fails with TokenExpired unless somebody has signed in since.
                _ = try await lister.provider.withLibrary(lister.secret, logger: call.logger) { try await $0.vaults() }
                tokenIsChecked = true
                // Somebody has: what a dead token cost is no attempt at the files.
                cursor.round = max(1, cursor.round - 1)
            }
            let entries = try await unsettled(cursor.settleNext, receipt)
            for entry in entries { try await batch.add(entry, &cursor, &page) }
            lister.metrics.recovering(count: entries.count)
            cursor.settleNext += 1
            page.isCut = isLate
        }
        try await batch.flush(&cursor, &page)
    }

    /// The entries of a batch that need another attempt: all of them when nothing is known of it.
    private func unsettled(_ number: Int, _ receipt: Receipt?) async throws -> [Entry] {
        guard let receipt else { return try await entries(ofBatch: number) }
        if receipt.error != nil {
            // What was stored before the error is in the receipt's counts, and must not be counted twice.
            let entries = try await entries(ofBatch: number)
            let known = try await records.records(of: entries.map(\.path), in: vault.id)
            return entries.filter { known[$0.path]?.settles($0, epoch: vault.epoch) != true }
        }
        if receipt.failures.isEmpty { return [] }
        let failed = Set(receipt.failures.map(\.path))
        return try await entries(ofBatch: number).filter { failed.contains($0.path) }
    }

    private func entries(ofBatch number: Int) async throws -> [Entry] {
        try await StoredBatch(try KeyMapping.batch(number, vault: vault.id, run: run), in: lister.state).entries
    }

    /// After the last round: counts what failed, and sees to it that nothing is left without a record.
    ///
    /// - Returns: false when the deadline came first.
    private func recordUnaccounted(_ cursor: inout ListCursor) async throws -> Bool {
        var receipts = Receipts(records.receipts(of: run, in: vault.id, from: cursor.settleNext))
        while cursor.settleNext <= cursor.batches {
            let number = cursor.settleNext
            let receipt = try await receipts.receipt(of: number)
            cursor.settleNext += 1
            if let receipt, receipt.error == nil {
                cursor.failed += receipt.failures.count
                for failure in receipt.failures { lister.metrics.failed(.init(rawValue: failure.error)) }
                continue
            }
            let entries = try await entries(ofBatch: number)
            let known = try await records.records(of: entries.map(\.path), in: vault.id)
            let error = receipt?.error.map(SyncError.Name.init(rawValue:)) ?? .sourceUnavailable
            let open = entries.filter { known[$0.path]?.settles($0, epoch: vault.epoch) != true }
            if open.isEmpty { continue }
            try await checkLease()
            try await save(open.map { unaccounted($0, known[$0.path], error) })
            cursor.failed += open.count
            lister.metrics.failed(error, count: open.count)
            if isLate, cursor.settleNext <= cursor.batches { return false }
        }
        return true
    }

    /// The record of an entry that nothing is known of. A transfer that was begun is gone on with by whoever tries again.
    private func unaccounted(_ entry: Entry, _ known: FileRecord?, _ error: SyncError.Name) -> FileRecord {
        var record = FileRecord(entry, status: .failed, author: author, previous: known, error: error)
        record.checkpoint = known?.checkpoint(of: entry, epoch: vault.epoch)
        return record
    }

    /// The cursor is committed last: every entry up to it is accounted for.
    private func commit(_ plan: inout RunState.VaultPlan, _ cursor: ListCursor, failed: Int) async throws {
        let known = try await records.state(of: vault.id)
        let completed = failed == 0 && plan.withheld == 0 ? lister.clock.now : known?.lastComplete
        // Deletions that were held back or refused would be forgotten with the cursor: the next run finds them again.
        if let listing = plan.listing, !listing.isOfFailures, plan.withheld == 0, cursor.kept ?? 0 == 0 {
            // What else is known of the vault stays.
            var state = VaultState(
                folder: folder,
                epoch: vault.epoch,
                cursor: listing.cursor,
                run: run,
                committed: lister.clock.now,
                previous: known
            )
            state.account = vault.account ?? known?.account
            let isCounted = listing.walksRecords == true && listing.isSnapshot
            state.records = (isCounted ? cursor.found.records : listing.records).map { $0 + cursor.planned.files }
            state.passwordSource = vault.passwordSource?.rawValue ?? state.passwordSource
            state.filter = plan.filter == PathFilter() ? nil : plan.filter
            // Whoever lets deletions pass has looked at them: the week begins anew.
            if call.input.request.options.allowDeletions { state.deletions = nil }
            let removed = call.input.request.options.allowDeletions ? .init() : plan.removed ?? .init()
            state.noteDeletions(files: removed.files, bytes: removed.bytes, at: lister.clock.now)
            try await commit(&state, completed)
            plan.removed = nil
        } else if var state = known {
            // The cursor stays where it is; what is mirrored may be whole now all the same.
            try await commit(&state, completed)
        }
        plan.outcome = .settled
        plan.failed = failed
        plan.batches = cursor.batches
        plan.done = cursor.done
        plan.lost = cursor.found.lost
        plan.strangers = cursor.found.strangers
        try await saveProgress(cursor, failed > 0 ? .failed : .completed)
    }
}

extension VaultPass {
    /// Writes the vault's state.
    ///
    /// - Throws: ``LeaseLost``.
    private func commit(_ state: inout VaultState, _ completed: Timestamp?) async throws {
        state.run = run
        state.name = vault.name
        state.completed = completed
        guard try await records.commit(state, of: vault.id) else { throw LeaseLost() }
    }
}

/// Reads receipts by ascending number, those of a stretch of batches with one request.
private struct Receipts {
    private var receipts: any AsyncIteratorProtocol<Receipt, any Error>
    private var waiting: Receipt?

    init(_ receipts: any AsyncSequence<Receipt, any Error> & Sendable) {
        self.receipts = receipts.makeAsyncIterator()
    }

    /// The receipt of a batch, which comes after all that were asked for before; nil where it left none.
    mutating func receipt(of number: Int) async throws -> Receipt? {
        while waiting.map({ $0.batch < number }) ?? true {
            guard let next = try await receipts.next(isolation: nil) else { return nil }
            waiting = next
        }
        return waiting?.batch == number ? waiting : nil
    }
}
