import Logging

extension ListPage {
    /// The run's state; at the first call the vaults are asked for and the plan is made.
    func runState(_ input: ListInput, _ logger: Logger) async throws -> RunState {
        if let known = try await RunState.load(input.run, from: state) { return known }
        let vaults = try await provider.withLibrary(secret, logger: logger) { try await $0.vaults() }
        let plans = try await plans(for: vaults, asked: input.request.vaultIDs)
        let run = RunState(run: input.run, started: clock.now, vaults: plans)
        try await run.save(to: state)
        return run
    }

    private func plans(for vaults: [Vault], asked: [VaultID]) async throws -> [RunState.VaultPlan] {
        for id in asked where !vaults.contains(where: { $0.id == id }) {
            throw SyncError(.invalidInput, "the account has no vault with the id \(id.rawValue)")
        }
        let folders = try await folders(of: vaults)
        return vaults.filter { asked.isEmpty || asked.contains($0.id) }.compactMap { vault in
            folders[vault.id].map { RunState.VaultPlan(vault: vault.mirrored(to: ports.destination), folder: $0) }
        }
    }

    /// A folder once chosen stays: renaming a vault must not make everything be fetched again. So nobody else may have
    /// it either, whatever the names are now.
    private func folders(of vaults: [Vault]) async throws -> [VaultID: String] {
        var folders: [VaultID: String] = [:]
        guard provider.hasVaultFolders else { return Dictionary(uniqueKeysWithValues: vaults.map { ($0.id, "") }) }
        for vault in vaults { folders[vault.id] = try await records.state(of: vault.id)?.folder }
        for vault in vaults where folders[vault.id] == nil {
            let others = vaults.filter { $0.id != vault.id }.map { KeyMapping.plainFolder($0.name) }
            folders[vault.id] = KeyMapping.folder(
                for: vault,
                besides: others + folders.values + settings.reservedFolders
            )
        }
        return folders
    }

    /// After a redrive, what failed in this run gets new rounds, and refused vaults a new chance.
    func reopenAfterRedrive(_ run: inout RunState, _ cursor: inout ListCursor, _ input: ListInput) async throws {
        if let redrives = input.redrives, redrives > 0, run.redrive != "\(cursor.generation)/\(redrives)" {
            run.redrive = "\(cursor.generation)/\(redrives)"
            // The cursor of the call that failed lies at or before the end; only a call from the end is reopened.
            if !run.vaults.contains(where: { $0.outcome == .open }) {
                reopen(&run.vaults)
                run.reopened = run.redrive
            }
            try await run.save(to: state)
        }
        // The call that reopens vaults may fail, and then comes again with the cursor of before.
        guard run.reopened != cursor.reopened else { return }
        let first = run.vaults.firstIndex { $0.outcome == .open } ?? run.vaults.count
        cursor = ListCursor(vault: first, events: cursor.events, generation: cursor.generation)
        cursor.reopened = run.reopened
    }

    private func reopen(_ vaults: inout [RunState.VaultPlan]) {
        for index in vaults.indices {
            switch vaults[index].outcome {
            case .refused:
                vaults[index].outcome = .open
                vaults[index].listing = nil
                vaults[index].error = nil
            case .settled where vaults[index].failed > 0:
                vaults[index].outcome = .open
                vaults[index].listing = vaults[index].listing?.ofFailures
            default:
                break
            }
        }
    }

    /// The end of a run.
    func finish(_ run: RunState, _ cursor: ListCursor, _ input: ListInput) throws -> ListOutput {
        if !run.vaults.isEmpty, run.vaults.allSatisfy({ $0.outcome == .busy }) {
            return try output(input, cursor, .busy, summary: summary(of: run, input))
        }
        let failed = run.vaults.reduce(0) { $0 + $1.failed }
        let refused = run.vaults.count { $0.outcome == .refused }
        if failed > 0 {
            throw SyncError(
                .partialFailure,
                "\(failed.counted("file")) could not be mirrored in spite of more than one attempt"
                    + (refused > 0 ? ", and \(refused.counted("vault")) could not be listed" : "")
                    + "; redrive the execution, or start again, once the cause is mended"
            )
        }
        if let problem = run.vaults.lazy.compactMap(\.error).first {
            throw SyncError(
                SyncError.Name(rawValue: problem.name),
                refused == 1 ? problem.message : "\(problem.message) (and \(refused - 1) more vaults were passed over)"
            )
        }
        return try output(input, cursor, .done, summary: summary(of: run, input))
    }

    private func summary(of run: RunState, _ input: ListInput) -> Summary {
        let settled = run.vaults.filter { $0.outcome == .settled }
        let files = settled.reduce(0) { $0 + $1.done.files }
        var errors: [String] = []
        for plan in run.vaults {
            if plan.outcome == .busy { errors.append("vault \(plan.vault.id) is being mirrored by another run") }
            if plan.done.skipped > 0 {
                errors.append("vault \(plan.vault.id): \(plan.done.skipped) files cannot be stored")
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
        return Summary(
            success: true,
            message: isBusy
                ? "Another run is mirroring these vaults"
                : "Synced \(settled.count.counted("vault")) with \(files.counted("file"))",
            vaultsSynced: settled.map(\.vault.id),
            filesCount: files,
            errors: errors,
            metadata: [
                "run": run.run.rawValue,
                "sync_type": input.request.syncType.rawValue,
                "execution_time": run.started.duration(to: clock.now).clockText,
                "bytes": String(settled.reduce(0) { $0 + $1.done.bytes }),
                "deleted": String(settled.reduce(0) { $0 + $1.deleted }),
            ]
        )
    }

    /// The answer to `status`, from the records alone.
    func status(of input: ListInput) async throws -> Summary {
        var files = 0
        var metadata: [String: String] = [:]
        var known: [VaultID] = []
        for id in input.request.vaultIDs {
            guard let progress = try await records.progress(of: id) else {
                metadata["\(id).state"] = "unknown"
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
            message: "Status of \(input.request.vaultIDs.count.counted("vault"))",
            vaultsSynced: known,
            filesCount: files,
            errors: [],
            metadata: metadata
        )
    }
}

extension Int {
    /// The number with its noun, in the plural where it is called for.
    fileprivate func counted(_ noun: String) -> String {
        self == 1 ? "1 \(noun)" : "\(self) \(noun)s"
    }
}

extension Duration {
    /// Such as `2m30s`.
    fileprivate var clockText: String {
        let seconds = max(0, wholeMilliseconds / 1000)
        return seconds >= 60 ? "\(seconds / 60)m\(seconds % 60)s" : "\(seconds)s"
    }
}
