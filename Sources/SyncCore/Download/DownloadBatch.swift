package import Logging

/// The downloader: one call works off one batch.
///
/// Bodies are fetched one after the other, because a provider's socket gives one at a time; storing overlaps with the
/// fetching of the next. Nothing unverified becomes visible. A repeated call does only what is left.
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
    ///   - logger: carries the metadata of the run.
    /// - Returns: what came of the batch; `partial` when the deadline came first.
    /// - Throws: what concerns the whole batch: `TokenExpired`, `VaultPasswordWrong`, transient errors and so on. The
    ///   receipt says so then, unless the error is one that the caller tries again.
    package func callAsFunction(
        _ input: DownloadInput,
        deadline: Timestamp,
        logger: Logger
    ) async throws -> DownloadOutput {
        guard try await renewLease(input) else {
            logger.notice("batch left alone: another run mirrors its vault")
            return DownloadOutput(status: .complete, files: 0, bytes: 0, failed: 0, skipped: 0)
        }
        let batch = try await StoredBatch(input.batch.key, in: ports.state)
        var ledger = try await BatchLedger(batch, known: knownRecords(batch), run: input.run)
        var limit = deadline
        if let minutes = input.request.options.timeoutMinutes {
            limit = min(limit, ports.clock.now.advanced(by: .seconds(60 * minutes)))
        }
        let work = BatchWork(downloader: self, run: input.run, batch: batch, deadline: limit, logger: logger)
        do {
            try await work.workOff(&ledger)
        } catch let error as SyncError where !error.isRetryable {
            var receipt = ledger.receipt(number: input.batch.number)
            receipt.error = error.name.rawValue
            try await save(receipt, input)
            throw error
        }
        let receipt = ledger.receipt(number: input.batch.number)
        if ledger.isComplete { try await save(receipt, input) } else { _ = try await renewLease(input) }
        return DownloadOutput(
            status: ledger.isComplete ? .complete : .partial,
            files: receipt.files,
            bytes: receipt.bytes,
            failed: receipt.failures.count,
            skipped: receipt.skipped
        )
    }

    private func knownRecords(_ batch: StoredBatch) async throws -> [VaultPath: FileRecord] {
        var known: [VaultPath: FileRecord] = [:]
        for start in stride(from: 0, to: batch.entries.count, by: 100) {
            let paths = batch.entries[start..<min(start + 100, batch.entries.count)].map(\.path)
            known.merge(try await ports.records.records(of: paths, in: batch.header.vault.id)) { first, _ in first }
        }
        return known
    }

    private func save(_ receipt: Receipt, _ input: DownloadInput) async throws {
        let expires = ports.clock.now.advanced(by: settings.receiptLifetime)
        try await ports.records.save(receipt, of: input.run, in: input.batch.vaultID, expires: expires)
        _ = try await renewLease(input)
    }

    /// Every call renews the lease, so that a long run does not lose its vault between two calls of the lister, and lasts less
    /// long than a lease. False when another run has taken the vault over.
    private func renewLease(_ input: DownloadInput) async throws -> Bool {
        let now = ports.clock.now
        return try await ports.records.acquireLease(
            Lease(owner: input.run, now: now),
            on: input.batch.vaultID,
            now: now
        )
    }
}

/// Sizes and limits of a downloader.
package struct DownloadSettings: Sendable {
    /// How streams are cut.
    package var upload = UploadSettings()
    /// Small files that are being stored at once, at most.
    package var storesInFlight = 16
    /// Bytes of small files that are held in memory at once, at most.
    package var bytesInFlight = 32 << 20
    /// How often a session that breaks is opened again within one call.
    package var sessionAttempts = 4
    /// The wait before a session is opened again: doubled each time, and jittered.
    package var sessionBackoff: Duration = .seconds(1)
    /// A file at which sessions break so often is given up for this round.
    package var breaksPerFile = 2
    /// How long receipts are kept.
    package var receiptLifetime: Duration = .seconds(30 * 24 * 3600)
    /// A number from 0 up to 1, for jitter.
    package var random: @Sendable () -> Double = { Double.random(in: 0..<1) }

    /// Makes the default settings.
    package init() {}
}
