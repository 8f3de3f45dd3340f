import Clocks
import SyncCore

/// Reads the receipts, and finds what a batch has left undone.
struct SettleStage {
    private let context: PassContext
    private var receipts: Receipts
    private var tokenIsChecked = false

    /// Reads from a batch on.
    init(_ context: PassContext, from batch: Int) {
        self.context = context
        receipts = Receipts(context.records.receipts(of: context.run, in: context.vault.id, from: batch))
    }

    /// The receipt of a batch, which comes after all that were asked for before; nil where it left none.
    mutating func receipt(of batch: Int) async throws -> Receipt? {
        try await receipts.receipt(of: batch)
    }

    /// Makes sure, once, that somebody has signed in since a batch's token was refused.
    ///
    /// - Returns: whether somebody has; false where the batch's token was not refused, or this was asked before.
    /// - Throws: `TokenExpired` where nobody has.
    mutating func checkToken(_ receipt: Receipt?) async throws -> Bool {
        guard receipt?.error == .tokenExpired, !tokenIsChecked else { return false }
        let ports = context.ports
        _ = try await ports.provider.withLibrary(ports.secret, logger: context.logger) { try await $0.vaults() }
        tokenIsChecked = true
        return true
    }

    /// The entries of a batch that need another attempt: all of them when nothing is known of it.
    func unsettled(_ batch: Int, _ receipt: Receipt?) async throws -> [Entry] {
        guard let receipt else { return try await entries(of: batch) }
        // What was stored before the error is in the receipt's counts, and must not be counted twice.
        if receipt.error != nil { return try await open(of: batch).map(\.entry) }
        if receipt.failures.isEmpty { return [] }
        let failed = Set(receipt.failures.map(\.path))
        return try await entries(of: batch).filter { failed.contains($0.path) }
    }

    /// After the last round: sees to it that nothing of a batch is left without a record.
    ///
    /// - Returns: how many files have failed.
    func account(for batch: Int, _ receipt: Receipt?) async throws -> Int {
        if let receipt, receipt.error == nil {
            for failure in receipt.failures { context.metrics.failed(failure.error) }
            return receipt.failures.count
        }
        let error = receipt?.error ?? .sourceUnavailable
        let open = try await open(of: batch)
        if open.isEmpty { return 0 }
        try await context.checkLease()
        try await context.save(open.map { unaccounted($0.entry, $0.record, error) })
        context.metrics.failed(error, count: open.count)
        return open.count
    }

    private func entries(of batch: Int) async throws -> [Entry] {
        let key = try KeyMapping.batch(batch, vault: context.vault.id, run: context.run)
        return try await StoredBatch(key, in: context.state).entries
    }

    /// The entries of a batch that no record settles, with the records that they have.
    private func open(of batch: Int) async throws -> [(entry: Entry, record: FileRecord?)] {
        let entries = try await entries(of: batch)
        let known = try await context.records.records(of: entries.map(\.path), in: context.vault.id)
        return entries.map { ($0, known[$0.path]) }
            .filter { $0.record?.settles($0.entry, epoch: context.vault.epoch) != true }
    }

    /// The record of an entry that nothing is known of. A transfer that was begun is gone on with by whoever tries again.
    private func unaccounted(_ entry: Entry, _ known: FileRecord?, _ error: SyncError.Name) -> FileRecord {
        var record = FileRecord(entry, status: .failed, author: context.author, previous: known, error: error)
        record.checkpoint = known?.checkpoint(of: entry, epoch: context.vault.epoch)
        return record
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
