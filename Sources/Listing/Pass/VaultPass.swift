import Logging
import SyncCore

/// One vault's part of a run within one call: does what ``PassStateMachine`` says, with the stages.
///
/// Entries pass the stages in one direction: manifest → expand → compare → decide → write.
struct VaultPass {
    let context: PassContext
    var plan: RunState.VaultPlan
    var machine: PassStateMachine

    /// Takes steps until there is something to hand out, the deadline has come, or the vault is done.
    mutating func advance() async throws {
        guard try await takeLease() else { return }
        try await countReceipts()
        while plan.outcome == .open {
            switch machine.next() {
            case .spool: try await spool()
            case .handOut, .drain: try await fillPage()
            case .delete(let piece, let offset): try await delete(piece, from: offset)
            case .retry(let batch): try await retry(from: batch)
            case .account(let batch): try await account(from: batch)
            case .commit: try await commit()
            case .answer: return try await context.saveProgress(machine.cursor, phase)
            }
        }
    }

    private var phase: VaultProgress.Phase {
        switch machine.cursor.phase {
        case .open: .listing
        case .page: .downloading
        // What is handed out last is still to be fetched.
        case .delete, .settle: machine.page.hasWork ? .downloading : .settling
        }
    }

    /// - Returns: false where another run has the vault, or has had it since.
    private mutating func takeLease() async throws -> Bool {
        guard try await context.lease.take() else {
            let isSuperseded = context.lease.isSuperseded
            context.logger.notice(
                isSuperseded ? "vault superseded by a newer run" : "vault is mirrored by another run"
            )
            plan.leave(superseded: isSuperseded)
            return false
        }
        if try await isOvertaken() {
            context.logger.notice("vault superseded by a newer run")
            try await context.records.releaseLease(of: context.run, on: context.vault.id)
            plan.leave(superseded: true)
            return false
        }
        plan.term = context.lease.term
        machine.leased(term: context.lease.term)
        return true
    }

    /// Whether a run of the first release, which knew no terms, has committed the vault's cursor since this one, of the same
    /// release, began.
    private func isOvertaken() async throws -> Bool {
        guard plan.term == nil, plan.listing != nil,
            let state = try await context.records.state(of: context.vault.id)
        else { return false }
        return state.run != context.run && state.committed > context.started
    }

    /// Adds up the receipts of the batches that were handed out last.
    private mutating func countReceipts() async throws {
        let cursor = machine.cursor
        guard cursor.counted < cursor.batches else { return }
        var receipts = context.records.receipts(of: context.run, in: context.vault.id, from: cursor.counted + 1)
            .makeAsyncIterator()
        var found = 0
        while let receipt = try await receipts.next(isolation: nil), receipt.batch <= cursor.batches {
            found += 1
            machine.counted(receipt)
        }
        machine.countedAll(found)
    }

    private mutating func spool() async throws {
        let stage = SpoolStage(context, plan.filter ?? PathFilter())
        if let listing = plan.listing, !listing.isSpooled {
            plan.listing = try await stage.spoolFailures(listing)
        } else if plan.listing == nil {
            if plan.stretches == nil {
                try await ForgottenUploads(context).abort()
                plan.mayHoldObjects = try await stage.mayHoldObjects() ? true : nil
            }
            plan.listing = try await stage.spoolListing(isBegun: plan.stretches != nil)
            guard plan.listing != nil else {
                plan.stretches = (plan.stretches ?? 0) + 1
                return machine.spooledStretch()
            }
            plan.stretches = nil
        }
        let listing = plan.listing
        context.observe(
            .listed(
                vault: context.label,
                entries: listing?.entries ?? 0,
                files: listing?.files ?? 0,
                bytes: listing?.bytes ?? 0
            )
        )
        machine.spooled(plan)
    }
}

// MARK: - Deleting

extension VaultPass {
    private mutating func delete(_ piece: Int, from offset: Int64) async throws {
        let cursor = machine.cursor
        guard let listing = plan.listing, !listing.isOfFailures, cursor.found.gone > 0, plan.withheld == 0 else {
            return machine.deletesNothing()
        }
        let stage = DeleteStage(context)
        // Deletions that were begun in an earlier call were let pass.
        if piece == 1, offset == 0 {
            switch try await stage.verdict(listing, gone: cursor.found.gone, pieces: cursor.pieces) {
            case .pass: break
            case .approved: plan.isApproved = true
            case .hold(let held):
                context.logger.warning("deletions held back", metadata: [LogKey.files: "\(held.files)"])
                (plan.withheld, plan.held) = (held.files, held)
                return machine.deletesNothing()
            }
        }
        let isOver = try await stage.delete(piece, from: offset) { deleted in
            machine.deleted(files: deleted.files, refused: deleted.refused, upTo: deleted.end)
            plan.deleted = machine.cursor.deleted
            plan.undeleted = machine.cursor.kept
            plan.undeletedReason = plan.undeletedReason ?? deleted.reason
            // A repeated call does not find again what the first has deleted, so these may be added.
            if deleted.files > 0 {
                plan.removed = plan.removed ?? .init()
                plan.removed?.files += deleted.files
                plan.removed?.bytes += deleted.bytes
            }
            if context.isLate { machine.cut() }
            return !context.isLate
        }
        if isOver { machine.pieceEnded() }
    }
}

// MARK: - Settling

extension VaultPass {
    /// Hands out once more what failed or was never accounted for.
    private mutating func retry(from batch: Int) async throws {
        var stage = SettleStage(context, from: batch)
        var writer = BatchWriter(context, plan, after: machine.cursor.batches)
        while case .retry(let batch) = machine.next() {
            let receipt = try await stage.receipt(of: batch)
            if try await stage.checkToken(receipt) { machine.tokenWasRenewed() }
            let entries = try await stage.unsettled(batch, receipt)
            try await write(entries, &writer)
            context.metrics.recovering(count: entries.count)
            machine.retried()
            if context.isLate { machine.cut() }
        }
        try await flush(&writer)
    }

    /// After the last round: counts what failed, and sees to it that nothing is left without a record.
    private mutating func account(from batch: Int) async throws {
        var stage = SettleStage(context, from: batch)
        while case .account(let batch) = machine.next() {
            machine.accounted(failed: try await stage.account(for: batch, try await stage.receipt(of: batch)))
            if context.isLate, case .account = machine.next() { machine.cut() }
        }
    }

    private mutating func commit() async throws {
        let cursor = machine.cursor
        let stage = CommitStage(context)
        plan.replaced = try await stage.replaced(plan, cursor)
        if try await stage.commit(plan, cursor) { plan.removed = nil }
        plan.settle(cursor)
        try await context.saveProgress(cursor, cursor.failed > 0 ? .failed : .completed)
    }
}
