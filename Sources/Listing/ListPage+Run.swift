import Logging
import SyncCore

extension ListPage {
    /// The run's state; at the first call the vaults are asked for and the plan is made.
    func runState(_ input: ListInput, _ logger: Logger) async throws -> RunState {
        if let known = try await RunState.load(input.run, from: state) { return known }
        let vaults = try await provider.withLibrary(secret, logger: logger) { try await $0.vaults() }
        let left = try await LeftVaults(records: records).find(besides: vaults, mayBeAnotherAccounts: input.request)
        let plans = try await plans(for: vaults, input.request)
        var run = RunState(run: input.run, started: clock.now, vaults: plans)
        run.left = left.isEmpty ? nil : left
        try await run.save(to: state)
        return run
    }

    private func plans(for vaults: [Vault], _ request: SyncRequest) async throws -> [RunState.VaultPlan] {
        let asked = request.vaultIDs
        for id in asked where !vaults.contains(where: { $0.id == id }) {
            throw SyncError(.invalidInput, "the account has no vault with the id \(id.rawValue)")
        }
        let folders = try await folders(of: vaults)
        return vaults.filter { asked.isEmpty || asked.contains($0.id) }.compactMap { vault in
            folders[vault.id].map { folder in
                var plan = RunState.VaultPlan(vault: vault.mirrored(to: ports.destination), folder: folder)
                plan.filter = filter(of: vault.id, request)
                return plan
            }
        }
    }

    /// The patterns of a vault: those of the deployment, of the request, and of the vault in the request.
    private func filter(of vault: VaultID, _ request: SyncRequest) -> PathFilter {
        settings.filter.adding(request.options.filter).adding(request.filters[vault] ?? PathFilter())
    }

    /// A folder once chosen stays: renaming a vault must not make everything be fetched again. So nobody else may have
    /// it either, whatever the names are now, and whether its vault still exists or not.
    private func folders(of vaults: [Vault]) async throws -> [VaultID: String] {
        var folders: [VaultID: String] = [:]
        guard provider.hasVaultFolders else { return Dictionary(uniqueKeysWithValues: vaults.map { ($0.id, "") }) }
        for vault in vaults { folders[vault.id] = try await records.state(of: vault.id)?.folder }
        for vault in vaults {
            if let folder = folders[vault.id] {
                _ = try await records.claim(folder: folder, for: vault.id)
                continue
            }
            let others = vaults.filter { $0.id != vault.id }.map { KeyMapping.plainFolder($0.name) }
            var taken = others + folders.values + settings.reservedFolders
            var folder = KeyMapping.folder(for: vault, besides: taken)
            // The plain name, the one with the beginning of the id, the one with the whole id.
            for _ in 1...2 where try await records.claim(folder: folder, for: vault.id) != vault.id {
                taken.append(folder)
                taken.append(KeyMapping.plainFolder(vault.name))
                folder = KeyMapping.folder(for: vault, besides: taken)
            }
            folders[vault.id] = folder
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
                // It is listed anew, so it is no matter which run has had it since.
                vaults[index].outcome = .open
                vaults[index].listing = nil
                vaults[index].error = nil
                vaults[index].term = nil
            case .settled where vaults[index].failed > 0:
                vaults[index].outcome = .open
                vaults[index].listing = vaults[index].listing?.ofFailures
            default:
                break
            }
        }
    }

    /// The end of a run.
    func finish(
        _ run: RunState,
        _ cursor: ListCursor,
        _ input: ListInput,
        _ logger: Logger
    ) async throws -> ListOutput {
        if !run.vaults.isEmpty, run.vaults.allSatisfy({ $0.outcome == .busy }) {
            return try output(input, cursor, .busy, summary: await summary(of: run, input, logger))
        }
        // What failed in a vault that a newer run has had since is the newer run's business.
        let failed = run.vaults.reduce(0) { $0 + ($1.outcome == .busy ? 0 : $1.failed) }
        let refused = run.vaults.count { $0.outcome == .refused }
        if failed > 0 {
            throw SyncError(
                .partialFailure,
                "\(failed.counted("file")) could not be mirrored in spite of more than one attempt"
                    + (refused > 0 ? ", and \(refused.counted("vault")) could not be listed" : "")
                    + "; every later run tries again"
            )
        }
        if let problem = run.vaults.lazy.compactMap(\.error).first {
            throw SyncError(
                SyncError.Name(rawValue: problem.name),
                refused == 1
                    ? problem.message
                    : "\(problem.message) (and \((refused - 1).counted("more vault")) could not be listed)"
            )
        }
        return try output(input, cursor, .done, summary: await summary(of: run, input, logger))
    }
}
