import SyncCore

/// Finds the vaults that are mirrored and that the account has no more.
struct LeftVaults {
    let records: any RecordStore

    /// Compares the account's vaults with those that are mirrored.
    ///
    /// - Parameters:
    ///   - listed: what the account has.
    ///   - request: whether the destination may change over to another account.
    /// - Returns: what it has no more, by id, but for what somebody has forgotten.
    /// - Throws: `InvalidConfiguration` where none of what is mirrored is the account's: that is another account;
    ///   `StoreUnavailable`, `Throttled`.
    func find(besides listed: [Vault], mayBeAnotherAccounts request: SyncRequest) async throws -> [RunState.LeftVault] {
        let owners = try await records.vaultsWithFolders()
        var left: [RunState.LeftVault] = []
        for id in owners.subtracting(listed.map(\.id)).sorted(by: { $0.rawValue < $1.rawValue }) {
            // A vault that was never mirrored is missed by nobody.
            guard let state = try await records.state(of: id), state.isForgotten != true else { continue }
            left.append(.init(id: id, name: state.name ?? state.folder))
        }
        guard !left.isEmpty, !listed.isEmpty, !request.options.switchAccount else { return left }
        for vault in listed where owners.contains(vault.id) {
            if try await records.state(of: vault.id) != nil { return left }
        }
        throw SyncError.anotherAccount
    }
}

extension SyncError {
    /// The credentials do not belong to what is mirrored.
    static let anotherAccount = SyncError(
        .invalidConfiguration,
        "the credentials are of another account than the one that is mirrored here; sign in with that one, give this one a "
            + "destination of its own, or go on here once with --switch-account (options.switch_account)"
    )
}
