package import Clocks

/// The records of one destination beside the deployment's own.
///
/// What is known of one place says nothing of another, so each has records, cursor, lease and term of its own, under a
/// partition that is derived from vault and destination. Those of the deployment's own destination are under the vault's id, as
/// they always were. What concerns the account, and who has which folder, is the same everywhere.
package struct DestinationRecords: RecordStore {
    private let base: any RecordStore
    private let destination: String

    /// Puts a destination's records into a store.
    ///
    /// - Parameters:
    ///   - base: where the records of all destinations are.
    ///   - destination: the destination's name.
    package init(_ base: any RecordStore, destination: String) {
        self.base = base
        self.destination = destination
    }

    private func place(of vault: VaultID) -> VaultID {
        vault == .account ? vault : vault.mirrored(to: destination)
    }

    package func records(of paths: [VaultPath], in vault: VaultID) async throws -> [VaultPath: FileRecord] {
        try await base.records(of: paths, in: place(of: vault))
    }

    package func allRecords(
        in vault: VaultID,
        after path: VaultPath?
    ) -> any AsyncSequence<[FileRecord], any Error> & Sendable {
        base.allRecords(in: place(of: vault), after: path)
    }

    package func someRecords(below folder: VaultPath, in vault: VaultID) async throws -> [FileRecord] {
        try await base.someRecords(below: folder, in: place(of: vault))
    }

    package func pendingRecords(in vault: VaultID) -> any AsyncSequence<FileRecord, any Error> & Sendable {
        base.pendingRecords(in: place(of: vault))
    }

    @discardableResult
    package func save(_ record: FileRecord, in vault: VaultID) async throws -> Bool {
        try await base.save(record, in: place(of: vault))
    }

    package func claim(folder: String, for vault: VaultID) async throws -> VaultID {
        try await base.claim(folder: folder, for: vault)
    }

    package func vaultsWithFolders() async throws -> Set<VaultID> { try await base.vaultsWithFolders() }

    package func state(of vault: VaultID) async throws -> VaultState? {
        try await base.state(of: place(of: vault))
    }

    package func commit(_ state: VaultState, of vault: VaultID) async throws -> Bool {
        try await base.commit(state, of: place(of: vault))
    }

    package func takeLease(
        _ lease: Lease,
        _ claim: VaultLease.Claim,
        on vault: VaultID,
        now: Timestamp
    ) async throws -> VaultLease.Answer {
        try await base.takeLease(lease, claim, on: place(of: vault), now: now)
    }

    package func releaseLease(of run: RunID, on vault: VaultID) async throws {
        try await base.releaseLease(of: run, on: place(of: vault))
    }

    package func progress(of vault: VaultID) async throws -> VaultProgress? {
        try await base.progress(of: place(of: vault))
    }

    package func save(_ progress: VaultProgress, of vault: VaultID, expires: Timestamp?) async throws {
        try await base.save(progress, of: place(of: vault), expires: expires)
    }

    package func save(_ receipt: Receipt, of run: RunID, in vault: VaultID, expires: Timestamp) async throws {
        try await base.save(receipt, of: run, in: place(of: vault), expires: expires)
    }

    package func receipts(
        of run: RunID,
        in vault: VaultID,
        from first: Int
    ) -> any AsyncSequence<Receipt, any Error> & Sendable {
        base.receipts(of: run, in: place(of: vault), from: first)
    }

    package func noteOnce(_ key: String, until expires: Timestamp, now: Timestamp) async throws -> Bool {
        try await base.noteOnce(key, until: expires, now: now)
    }

    package func forgetNote(_ key: String) async throws {
        try await base.forgetNote(key)
    }
}
