package import Clocks
import Logging
package import SyncCore

extension ListPage {
    /// The outcome of a run that has come to its end, with what the records say is not mirrored.
    func summary(of run: RunState, _ input: ListInput, _ logger: Logger) async -> Summary {
        var summary = RunReport(run, now: clock.now).summary(input.request.syncType)
        // Nothing is read twice: where nothing waits, nothing has to be named.
        defer { metrics.attention(summary.attentionCount) }
        guard run.vaults.contains(where: { $0.outcome != .busy && $0.pending != 0 }) else { return summary }
        do {
            try await summary.addAttention(from: records)
        } catch {
            // A run does not fail because that cannot be told.
            let type = (error as? SyncError)?.name.rawValue ?? "\(type(of: error))"
            logger.warning("files that wait not listed", metadata: [LogKey.errorType: "\(type)"])
        }
        return summary
    }

    /// The answer to `status`, from the records alone.
    ///
    /// - Parameters:
    ///   - vaults: the vaults that are asked about.
    ///   - records: what is known of them.
    ///   - clock: progress is forgotten a day after its pass has ended.
    /// - Returns: of each vault its `state`, `files`, `bytes`, `updated` and `last_synced`, as far as they are known.
    /// - Throws: `StoreUnavailable`, `Throttled`.
    package static func status(
        of vaults: [VaultID],
        records: any RecordStore,
        clock: any WallClock
    ) async throws -> Summary {
        var files = 0
        var metadata: [String: String] = [:]
        var known: [VaultID] = []
        for id in vaults {
            if let state = try await records.state(of: id) { metadata["\(id).last_synced"] = state.committed.iso8601 }
            guard let progress = try await records.progress(of: id), progress.expires.map({ clock.now < $0 }) ?? true
            else {
                metadata["\(id).state"] = metadata["\(id).last_synced"] == nil ? "unknown" : "idle"
                continue
            }
            known.append(id)
            files += progress.filesComplete
            metadata["\(id).state"] = progress.phase.rawValue
            metadata["\(id).files"] = "\(progress.filesComplete)/\(progress.filesTotal)"
            metadata["\(id).bytes"] = "\(progress.bytesComplete)/\(progress.bytesTotal)"
            metadata["\(id).updated"] = progress.updated.iso8601
        }
        return Summary(
            success: true,
            message: "Status of \(vaults.count.counted("vault"))",
            vaultsSynced: known,
            filesCount: files,
            errors: [],
            metadata: metadata
        )
    }
}
