import Clocks
import Logging
import SyncCore
import Synchronization

/// One call's work on one batch.
struct BatchWork: Sendable {
    let downloader: DownloadBatch
    let run: RunID
    let batch: StoredBatch
    let lease: HeldLease
    let deadline: Timestamp
    /// When what is under way is given up; nil where it may take as long as it does.
    let cutOff: CutOff?
    let logger: Logger
    let governor: MemoryGovernor
    let retries: RetryAllowance
    /// How many files may be under way; one for all sessions of the call.
    let limit: AdaptiveLimit
    /// How fast the parts of large files come in.
    let line = LineSpeed()

    init(
        _ downloader: DownloadBatch,
        run: RunID,
        batch: StoredBatch,
        lease: HeldLease,
        deadline: Timestamp,
        cutOff: CutOff?,
        logger: Logger
    ) {
        self.downloader = downloader
        self.run = run
        self.batch = batch
        self.lease = lease
        self.deadline = deadline
        self.cutOff = cutOff
        self.logger = logger
        let clock = downloader.ports.clock
        governor = MemoryGovernor(downloader.settings.sampleResources, clock: clock)
        limit = AdaptiveLimit(downloader.settings.fetchesInFlight)
        retries = RetryAllowance(downloader.settings, clock: clock, deadline: deadline)
    }

    var vault: Vault { batch.header.vault }
    var settings: DownloadSettings { downloader.settings }
    var mirror: any ObjectStore { downloader.ports.mirror }
    var clock: any WallClock { downloader.ports.clock }
    var isLate: Bool { clock.now >= deadline || settings.isStopping() }

    /// How many ranges of one file may be read at once.
    func rangesInFlight(of session: any VaultSession) -> Int {
        min(settings.upload.partsInFlight, session.concurrentFetches)
    }

    /// Opens sessions until every entry is done, or the deadline comes.
    ///
    /// - Throws: the session's error when sessions cannot be opened, or break again and again; `SourceUnavailable` when all
    ///   the time was not enough for anything.
    func workOff(_ ledger: inout BatchLedger) async throws {
        var attempt = 0
        let atFirst = ledger.progress
        while !ledger.open.isEmpty, !isLate {
            let before = ledger.progress
            do {
                try await runSession(&ledger)
            } catch let error as SyncError where error.isRetryable {
                if ledger.progress > before { attempt = 0 }
                attempt += 1
                logger.warning(
                    "session broke",
                    metadata: [LogKey.attempt: "\(attempt)", LogKey.errorType: "\(error.name.rawValue)"]
                )
                guard attempt < settings.sessionAttempts else { throw error }
                let jittered = settings.sessionBackoff.wait(after: attempt, part: settings.random())
                let pause = error.retryAfter ?? jittered
                guard clock.now.advanced(by: pause) < deadline else {
                    // Coming back at once would ask again what has just asked for quiet.
                    if ledger.progress == atFirst { throw error }
                    return
                }
                try await clock.sleep(for: pause)
            }
        }
        if isCutOff, !ledger.isComplete, ledger.progress == atFirst {
            // Another call right away would fare no better.
            throw SyncError(
                .sourceUnavailable,
                "no file and no part arrived before the function's time was up; set CHUNK_SIZE lower or its timeout higher"
            )
        }
    }

    private func runSession(_ ledger: inout BatchLedger) async throws {
        let progress = Mutex(ledger)
        defer { ledger = progress.withLock { $0 } }
        try await unlessClosedAtCutOff { isOpen in
            let provider = downloader.ports.provider.working(until: deadline)
            try await provider.withLibrary(downloader.ports.secret, logger: logger) { source in
                try await source.withVault(vault.id, since: batch.header.listedUpTo) { session in
                    isOpen()
                    var pass = SessionPass(self, session: session, ledger: progress.withLock { $0 })
                    defer { progress.withLock { $0 = pass.ledger } }
                    try await pass.fetchAll()
                }
            }
        }
    }

    /// Records a file that cannot be fetched or stored.
    ///
    /// What was stored of it stays only where a later attempt can go on with it, and the record names it then; everything
    /// else is thrown away.
    func fail(_ entry: Entry, _ error: SyncError, _ known: FileRecord?) async throws -> BatchLedger.Outcome {
        let name = error.name
        let isHopeless = name == .sourceGone || name == .nameRefused
        let kept = checkpoint(worthKeepingAfter: error, entry, known)
        var metadata: Logger.Metadata = [
            LogKey.itemVersion: "\(entry.version)", LogKey.errorType: "\(name.rawValue)",
        ]
        metadata[LogKey.errorReason] = error.reason.map { "\($0)" }
        logger.notice("file not stored", metadata: metadata)
        let isSaved = try await save(entry, isHopeless ? .skipped : .failed, known) { record in
            record.lastError = name.rawValue
            record.reason = error.reason
            record.checkpoint = kept
            // What the source does not give now may come back.
            if name == .sourceGone { record.pendingSince = clock.now }
        }
        if let checkpoint = known?.checkpoint, kept == nil || !isSaved { await abandon(checkpoint.upload) }
        // A stand-in means nothing to people; by its uid an entry can be left out.
        let shown = entry.path.isStandIn ? VaultPath("uid:\(entry.version)") : entry.path
        downloader.observe(.failed(vault: batch.header.folder, path: shown, error: name))
        return isHopeless ? .skipped : .failed(name)
    }

    /// How far a transfer has come that failed for a reason which may pass; nil where it has to begin anew.
    private func checkpoint(
        worthKeepingAfter error: SyncError,
        _ entry: Entry,
        _ known: FileRecord?
    ) -> TransferCheckpoint? {
        guard error.isRetryable || error.name == .fileUnavailable, !error.saysContentChanged,
            let checkpoint = known?.checkpoint(of: entry, epoch: vault.epoch), checkpoint.validator != nil
        else { return nil }
        return checkpoint
    }

    /// Writes the entry's record; false when a newer version stands there.
    @discardableResult
    func save(
        _ entry: Entry,
        _ status: FileRecord.Status,
        _ known: FileRecord?,
        _ change: (inout FileRecord) -> Void = { _ in }
    ) async throws -> Bool {
        let author = FileRecord.Author(run: run, epoch: vault.epoch, now: clock.now)
        var record = FileRecord(entry, status: status, author: author, previous: known)
        change(&record)
        try await lease.check()
        return try await downloader.ports.records.save(record, in: vault.id)
    }

    /// The record of a path as it is now.
    func record(of path: VaultPath) async throws -> FileRecord? {
        try await downloader.ports.records.records(of: [path], in: vault.id)[path]
    }
}
