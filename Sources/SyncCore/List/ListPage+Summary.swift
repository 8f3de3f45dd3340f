extension ListPage {
    func summary(of run: RunState, _ input: ListInput) -> Summary {
        let settled = run.vaults.filter { $0.outcome == .settled }
        let files = settled.reduce(0) { $0 + $1.done.files }
        var errors: [String] = []
        for plan in run.vaults {
            if plan.isSuperseded == true {
                errors.append("vault \(plan.vault.id) was superseded: a newer run has mirrored it since this one began")
            } else if plan.outcome == .busy {
                errors.append("vault \(plan.vault.id) is being mirrored by another run")
            }
            if plan.done.skipped > 0 {
                errors.append("vault \(plan.vault.id): \(plan.done.skipped) files cannot be stored")
            }
            if let lost = plan.lost, lost > 0 {
                errors.append(
                    "vault \(plan.vault.id): \(lost.counted("file")) were missing from the store or changed there, and fetched again"
                )
            }
            if let strangers = plan.strangers, strangers > 0 {
                errors.append(
                    "vault \(plan.vault.id): \(strangers.counted("object")) in its folder are none of the vault's and were left alone"
                )
            }
            if let notReady = plan.listing?.notReady, notReady > 0 {
                errors.append(
                    "vault \(plan.vault.id): \(notReady) items are not ready at the source; later runs look again"
                )
            }
            if plan.withheld > 0 {
                errors.append(
                    "vault \(plan.vault.id): \(plan.withheld) deletions were held back; allow_deletions lets them pass"
                )
            }
        }
        let isBusy = !run.vaults.isEmpty && settled.isEmpty
        let isSuperseded = run.vaults.contains { $0.isSuperseded == true }
        return Summary(
            success: true,
            message: isBusy
                ? isSuperseded
                    ? "Superseded: a newer run has mirrored these vaults since"
                    : "Another run is mirroring these vaults"
                : "Synced \(settled.count.counted("vault")) with \(files.counted("file"))",
            vaultsSynced: settled.map(\.vault.id),
            filesCount: files,
            errors: errors,
            metadata: [
                "run": run.run.rawValue,
                "sync_type": input.request.syncType.rawValue,
                "execution_time": run.started.duration(to: clock.now).clockText,
                "bytes": String(settled.reduce(0) { $0 + $1.done.bytes }),
                "lost": String(settled.reduce(0) { $0 + ($1.lost ?? 0) }),
                "strangers": String(settled.reduce(0) { $0 + ($1.strangers ?? 0) }),
                "deleted": String(settled.reduce(0) { $0 + $1.deleted }),
            ]
        )
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

extension Duration {
    /// Such as `2m30s`.
    fileprivate var clockText: String {
        let seconds = max(0, wholeMilliseconds / 1000)
        return seconds >= 60 ? "\(seconds / 60)m\(seconds % 60)s" : "\(seconds)s"
    }
}
