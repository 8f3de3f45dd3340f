package import Checksums
package import Clocks
package import Logging
package import SyncCore

/// The downloader: one call works off one batch.
///
/// As many bodies are fetched at once as the source gives. Where that is one, storing overlaps with the fetching of the
/// next. Nothing unverified becomes visible. A repeated call does only what is left.
package struct DownloadBatch: Sendable {
    let ports: SyncPorts
    let settings: DownloadSettings
    let makeHasher: MakeContentHasher
    let observe: SyncObserver

    /// Makes the use case.
    ///
    /// - Parameters:
    ///   - ports: the same as the lister's.
    ///   - settings: sizes and limits.
    ///   - makeHasher: makes SHA-256 hashers.
    ///   - observe: is told of every file.
    package init(
        _ ports: SyncPorts,
        settings: DownloadSettings,
        makeHasher: @escaping MakeContentHasher,
        observe: @escaping SyncObserver = { _ in }
    ) {
        self.ports = ports
        self.settings = settings
        self.makeHasher = makeHasher
        self.observe = observe
    }

    /// Works off a batch, or as much of it as the deadline allows.
    ///
    /// - Parameters:
    ///   - input: the run and the batch.
    ///   - deadline: nothing new is begun after it.
    ///   - end: when the process is ended; what is under way is given up shortly before it. Nil where nobody ends it.
    ///   - logger: carries the metadata of the run.
    /// - Returns: what came of the batch; `partial` when the deadline came first.
    /// - Throws: what concerns the whole batch: `TokenExpired`, `VaultPasswordWrong`, transient errors and so on. The
    ///   receipt says so then, unless the error is one that the caller tries again.
    package func callAsFunction(
        _ input: DownloadInput,
        deadline: Timestamp,
        end: Timestamp? = nil,
        logger: Logger
    ) async throws -> DownloadOutput {
        guard let batch = try await storedBatch(input) else {
            logger.notice("batch left alone: it was removed once a newer run had mirrored its vault")
            return .nothing
        }
        let lease = HeldLease(
            of: input.run,
            batch.header.term.map(VaultLease.Claim.term) ?? .unknown,
            on: input.batch.vaultID,
            in: ports.records,
            clock: ports.clock
        )
        guard try await lease.take() else {
            logger.notice(
                lease.isSuperseded
                    ? "batch left alone: a newer run has mirrored its vault since"
                    : "batch left alone: another run mirrors its vault"
            )
            return .nothing
        }
        do {
            return try await workOff(batch, input, lease, deadline: deadline, end: end, logger)
        } catch is LeaseLost {
            logger.warning("batch left alone: another run has taken its vault over")
            return .nothing
        }
    }

    /// The batch; nil where it has gone and another run has committed the vault. That run removes what earlier ones have left behind,
    /// so nobody has to wait for it. The lister finds out whether anything is missing.
    private func storedBatch(_ input: DownloadInput) async throws -> StoredBatch? {
        if let batch = try await StoredBatch.find(input.batch.key, in: ports.state) { return batch }
        guard let state = try await ports.records.state(of: input.batch.vaultID), state.run != input.run else {
            throw StoredBatch.vanished
        }
        return nil
    }

    private func workOff(
        _ batch: StoredBatch,
        _ input: DownloadInput,
        _ lease: HeldLease,
        deadline: Timestamp,
        end: Timestamp?,
        _ logger: Logger
    ) async throws -> DownloadOutput {
        var ledger = try await ledger(of: batch, input.run)
        var limit = deadline
        if let minutes = input.request.options.timeoutMinutes {
            limit = min(limit, ports.clock.now.advanced(by: .seconds(60 * minutes)))
        }
        let time = TransferTime(
            clock: ports.clock,
            deadline: limit,
            cutOff: end.map { CutOff(deadline: deadline, end: $0) },
            isStopping: settings.isStopping
        )
        let work = BatchWork(
            provider: ports.provider,
            secret: ports.secret,
            context: TransferContext(ports.mirror, settings, makeHasher: makeHasher, time: time, logger: logger),
            journal: FileJournal(of: batch.header, run: input.run, lease: lease, ports: ports, observe: observe)
        )
        do {
            try await work.workOff(&ledger)
        } catch let error as SyncError where !error.isRetryable {
            // What was on its way when the error came was stored or not: the records know.
            var receipt = try await self.ledger(of: batch, input.run).receipt(number: input.batch.number)
            receipt.error = error.name
            try await save(receipt, input, lease)
            throw error
        }
        let receipt = ledger.receipt(number: input.batch.number)
        if ledger.isComplete { try await save(receipt, input, lease) } else { _ = try await lease.take() }
        return DownloadOutput(
            status: ledger.isComplete ? .complete : .partial,
            files: receipt.files,
            bytes: receipt.bytes,
            failed: receipt.failures.count,
            skipped: receipt.skipped
        )
    }

    private func ledger(of batch: StoredBatch, _ run: RunID) async throws -> BatchLedger {
        var known: [VaultPath: FileRecord] = [:]
        for start in stride(from: 0, to: batch.entries.count, by: 100) {
            let paths = batch.entries[start..<min(start + 100, batch.entries.count)].map(\.path)
            known.merge(try await ports.records.records(of: paths, in: batch.header.vault.id)) { first, _ in first }
        }
        return BatchLedger(batch.header, batch.entries, known: known, run: run)
    }

    /// Every call renews the lease at its end, so that a long run does not lose its vault between two calls of the lister.
    private func save(_ receipt: Receipt, _ input: DownloadInput, _ lease: HeldLease) async throws {
        let expires = ports.clock.now.advanced(by: settings.receiptLifetime)
        try await ports.records.save(receipt, of: input.run, in: input.batch.vaultID, expires: expires)
        _ = try await lease.take()
    }
}

extension DownloadOutput {
    /// Of a batch that another run's lease keeps from being worked off.
    fileprivate static var nothing: DownloadOutput {
        DownloadOutput(status: .complete, files: 0, bytes: 0, failed: 0, skipped: 0)
    }
}
