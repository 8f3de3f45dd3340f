package import Clocks
package import SyncCore

/// Notes that somebody knows of a vault that left the account.
package struct VaultForgetting: Sendable {
    private let records: any RecordStore
    private let run: RunID

    /// Makes it.
    ///
    /// - Parameters:
    ///   - records: what is known of the mirror.
    ///   - run: owns the vault's lease meanwhile.
    package init(records: any RecordStore, run: RunID) {
        self.records = records
        self.run = run
    }

    /// Ends the notes on a vault. Its files and records stay; when it comes back, it is mirrored as before.
    ///
    /// - Throws: `InvalidInput` for a vault that was never mirrored, `Throttled` while a run has it, `StoreUnavailable`.
    package func forget(_ vault: VaultID, now: Timestamp) async throws {
        guard var state = try await records.state(of: vault) else {
            throw SyncError(.invalidInput, "the vault \(vault) was never mirrored here")
        }
        guard try await records.acquireLease(Lease(owner: run, now: now), on: vault, now: now) else {
            throw SyncError(.throttled, "the vault \(vault) is being mirrored; try again when the run is over")
        }
        state.isForgotten = true
        state.run = run
        _ = try await records.commit(state, of: vault)
        try await records.releaseLease(of: run, on: vault)
    }
}
