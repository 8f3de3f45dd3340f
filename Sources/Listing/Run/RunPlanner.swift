import Logging
import SyncCore

/// Makes the plan of a run: which vaults, which folders they go to, and which patterns hold.
struct RunPlanner: Sendable {
    let ports: SyncPorts
    let settings: ListSettings

    /// Asks for the vaults and plans the run.
    ///
    /// - Throws: `InvalidInput` where a vault is asked for that is not there; errors of the ports.
    func plan(_ input: ListInput, _ logger: Logger) async throws -> RunState {
        let vaults = try await ports.provider.withLibrary(ports.secret, logger: logger) { try await $0.vaults() }
        // A library without folders of vaults is told by its account's own id.
        let left =
            try await ports.provider.hasVaultFolders
            ? LeftVaults(records: ports.records).find(besides: vaults, mayBeAnotherAccounts: input.request) : []
        let asked = input.request.vaultIDs
        for id in asked where !vaults.contains(where: { $0.id == id }) {
            throw SyncError(.invalidInput, "the account has no vault with the id \(id.rawValue)")
        }
        let unasked = try await unasked(among: vaults, input.request)
        let wanted = vaults.filter { !unasked.contains($0) }
        let folders = try await folders(of: wanted)
        let plans = wanted.filter { asked.isEmpty || asked.contains($0.id) }.compactMap { vault in
            folders[vault.id].map { folder in
                var plan = RunState.VaultPlan(vault: vault.mirrored(to: ports.destination), folder: folder)
                plan.filter = filter(of: vault.id, input.request)
                return plan
            }
        }
        var run = RunState(run: input.run, started: ports.clock.now, vaults: plans)
        run.left = left.isEmpty ? nil : left
        run.unasked = unasked.isEmpty ? nil : unasked.map { .init(id: $0.id, name: $0.name) }
        return run
    }

    /// What others share with the account is mirrored when it is named, when that is set, or when it is mirrored already: it may
    /// be of any size, and hold anything.
    private func unasked(among vaults: [Vault], _ request: SyncRequest) async throws -> [Vault] {
        guard request.vaultIDs.isEmpty, !settings.takesShared else { return [] }
        var unasked: [Vault] = []
        for vault in vaults where vault.isShared == true {
            if try await ports.records.state(of: vault.id) == nil { unasked.append(vault) }
        }
        return unasked
    }

    /// The patterns of a vault: those of the deployment, of the request, and of the vault in the request.
    private func filter(of vault: VaultID, _ request: SyncRequest) -> PathFilter {
        settings.filter.adding(request.options.filter).adding(request.filters[vault] ?? PathFilter())
    }

    /// A folder once chosen stays: renaming a vault must not make everything be fetched again. So nobody else may have
    /// it either, whatever the names are now, and whether its vault still exists or not.
    private func folders(of vaults: [Vault]) async throws -> [VaultID: String] {
        var folders: [VaultID: String] = [:]
        guard ports.provider.hasVaultFolders else {
            return Dictionary(uniqueKeysWithValues: vaults.map { ($0.id, "") })
        }
        let records = ports.records
        for vault in vaults { folders[vault.id] = try await records.state(of: vault.id)?.folder }
        var taken = FolderNames(
            vaults.map { KeyMapping.plainFolder($0.name) } + folders.values + settings.reservedFolders
        )
        for vault in vaults {
            if let folder = folders[vault.id] {
                _ = try await records.claim(folder: folder, for: vault.id)
                continue
            }
            let plain = KeyMapping.plainFolder(vault.name)
            taken.remove(plain)
            var folder = KeyMapping.folder(for: vault, besides: taken)
            taken.insert(plain)
            // The plain name, the one with the beginning of the id, the one with the whole id.
            for _ in 1...2 where try await records.claim(folder: folder, for: vault.id) != vault.id {
                taken.insert(folder)
                folder = KeyMapping.folder(for: vault, besides: taken)
            }
            taken.insert(folder)
            folders[vault.id] = folder
        }
        return folders
    }
}
