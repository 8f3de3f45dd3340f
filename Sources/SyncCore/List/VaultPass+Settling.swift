import Logging

extension VaultPass {
    /// Hands out once more what failed or was never accounted for; after the last round, commits.
    func settle(
        _ plan: inout RunState.VaultPlan,
        _ cursor: inout ListCursor,
        _ page: inout ListPage.Page
    ) async throws {
        if cursor.settleNext > cursor.settleEnd {
            guard cursor.problems > 0 else { return try await commit(&plan, cursor, failed: 0) }
            guard cursor.round < ListCursor.rounds else {
                let failed = try await recordUnaccounted(cursor)
                return try await commit(&plan, cursor, failed: failed)
            }
            cursor.round += 1
            cursor.problems = 0
            cursor.settleEnd = cursor.batches
        }
        var batch = BatchBuilder(self, listedUpTo: plan.listing?.cursor)
        var tokenIsChecked = false
        while cursor.settleNext <= cursor.settleEnd, page.batches.count < settings.batchesPerPage {
            let receipt = try await receipt(cursor.settleNext)
            if receipt?.error == SyncError.Name.tokenExpired.rawValue, !tokenIsChecked {
                // Fails with TokenExpired unless somebody has signed in since.
                _ = try await lister.provider.withLibrary(lister.secret, logger: call.logger) { try await $0.vaults() }
                tokenIsChecked = true
            }
            for entry in try await unsettled(cursor.settleNext, receipt) {
                try await batch.add(entry, &cursor, &page)
            }
            cursor.settleNext += 1
        }
        try await batch.flush(&cursor, &page)
    }

    private func receipt(_ number: Int) async throws -> Receipt? {
        var receipts = records.receipts(of: run, in: vault.id, from: number).makeAsyncIterator()
        let receipt = try await receipts.next(isolation: nil)
        return receipt?.batch == number ? receipt : nil
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
    private func recordUnaccounted(_ cursor: ListCursor) async throws -> Int {
        var failed = 0
        for number in stride(from: cursor.settleNext, through: cursor.batches, by: 1) {
            let receipt = try await receipt(number)
            if let receipt, receipt.error == nil {
                failed += receipt.failures.count
                continue
            }
            let entries = try await entries(ofBatch: number)
            let known = try await records.records(of: entries.map(\.path), in: vault.id)
            let error = receipt?.error.map(SyncError.Name.init(rawValue:)) ?? .sourceUnavailable
            for entry in entries where known[entry.path]?.settles(entry, epoch: vault.epoch) != true {
                let record = FileRecord(
                    entry,
                    status: .failed,
                    author: author,
                    previous: known[entry.path],
                    error: error
                )
                try await records.save(record, in: vault.id)
                failed += 1
            }
        }
        return failed
    }

    /// The cursor is committed last: every entry up to it is accounted for.
    private func commit(_ plan: inout RunState.VaultPlan, _ cursor: ListCursor, failed: Int) async throws {
        // Deletions that were held back would be forgotten with the cursor: the next run finds and reports them again.
        if let listing = plan.listing, !listing.isOfFailures, plan.withheld == 0 {
            let state = VaultState(
                folder: folder,
                epoch: vault.epoch,
                cursor: listing.cursor,
                run: run,
                committed: lister.clock.now
            )
            guard try await records.commit(state, of: vault.id) else {
                call.logger.warning("lease lost to another run")
                plan.outcome = .busy
                return
            }
        }
        plan.outcome = .settled
        plan.failed = failed
        plan.batches = cursor.batches
        plan.done = cursor.done
        try await saveProgress(cursor, failed > 0 ? .failed : .completed)
    }
}
