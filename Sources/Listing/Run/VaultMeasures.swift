import Clocks
import Logging
import SyncCore

/// Measures how a vault stands once its part of a run is over.
struct VaultMeasures: Sendable {
    let records: any RecordStore
    let clock: any WallClock
    let metrics: SyncMetrics
    let logger: Logger

    /// Measures what waits in a vault to be fetched again. A run does not fail because that cannot be told.
    ///
    /// - Returns: how many files that are, with those that no store takes or that are gone at the source; nil where they could
    ///   not be counted.
    func measurePending(in vault: VaultID, _ filter: PathFilter?) async throws -> Int? {
        let filter = CompiledFilter(filter ?? PathFilter())
        var files = 0
        var all = 0
        var oldest: Timestamp?
        do {
            var pending = records.pendingRecords(in: vault).makeAsyncIterator()
            while let record = try await pending.next(isolation: nil) {
                guard filter.lets(record.path, version: record.version) else { continue }
                all += 1
                // What is gone at the source is asked for again from time to time, but nobody waits for it.
                if record.status == .skipped { continue }
                files += 1
                if let since = record.pendingSince { oldest = min(oldest ?? since, since) }
            }
        } catch let error as SyncError {
            logger.warning(
                "pending files not counted",
                metadata: [LogKey.errorType: "\(error.name.rawValue)"]
            )
            return nil
        }
        metrics.pending(files: files, oldest: oldest.map { $0.duration(to: clock.now) })
        return all
    }

    /// Measures how long ago a vault was complete for the last time. One that never was is as old as it can be.
    func measureAge(of plan: RunState.VaultPlan) async {
        if plan.outcome == .settled, plan.withheld == 0, plan.failed == 0 { return metrics.lastComplete(.zero) }
        do {
            let state = try await records.state(of: plan.vault.id)
            let complete = state?.lastComplete ?? Timestamp(milliseconds: 0)
            metrics.lastComplete(complete.duration(to: clock.now))
        } catch {
            // Without a value the vault counts as late, which is what it may be.
            logger.warning("the age of a vault is not known", metadata: [LogKey.errorType: "\(type(of: error))"])
        }
    }
}
