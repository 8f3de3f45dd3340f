package import Clocks
package import SyncCore

extension ListPage {
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
