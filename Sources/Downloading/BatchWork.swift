import Clocks
import Logging
import SyncCore
import Synchronization

/// One call's work on one batch: session after session, until all is done or the time is up.
struct BatchWork: Sendable {
    let provider: any LibraryProvider
    let secret: Secret
    let context: TransferContext
    let journal: FileJournal

    /// Opens sessions until every entry is done, or the deadline comes.
    ///
    /// - Throws: the session's error when sessions cannot be opened, or break again and again; `SourceUnavailable` when all
    ///   the time was not enough for anything.
    func workOff(_ ledger: inout BatchLedger) async throws {
        let time = context.time
        var attempt = 0
        let atFirst = ledger.progress
        while !ledger.open.isEmpty, !context.time.isLate {
            let before = ledger.progress
            do {
                try await runSession(&ledger)
            } catch let error as SyncError where error.isRetryable {
                if ledger.progress > before { attempt = 0 }
                attempt += 1
                context.logger.warning(
                    "session broke",
                    metadata: [LogKey.attempt: "\(attempt)", LogKey.errorType: "\(error.name.rawValue)"]
                )
                guard attempt < context.settings.sessionAttempts else { throw error }
                let jittered = context.settings.sessionBackoff.wait(after: attempt, part: context.settings.random())
                let pause = error.retryAfter ?? jittered
                guard time.clock.now.advanced(by: pause) < time.deadline else {
                    // Coming back at once would ask again what has just asked for quiet.
                    if ledger.progress == atFirst { throw error }
                    return
                }
                try await time.clock.sleep(for: pause)
            }
        }
        if context.time.isCutOff, !ledger.isComplete, ledger.progress == atFirst {
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
        try await context.time.unlessClosedAtCutOff { isOpen in
            let provider = provider.working(until: context.time.deadline)
            try await provider.withLibrary(secret, logger: context.logger) { source in
                let batch = journal.batch
                try await source.withVault(batch.vault.id, since: batch.listedUpTo) { session in
                    isOpen()
                    var pass = SessionPass(session, ledger: progress.withLock { $0 }, context, journal)
                    defer { progress.withLock { $0 = pass.ledger } }
                    try await pass.fetchAll()
                }
            }
        }
    }
}
