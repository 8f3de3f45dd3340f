package import Clocks
package import SyncCore

/// A record store of which chosen calls fail.
package struct FaultyRecordStore: RecordStore {
    /// The operations of a record store.
    package enum Operation: Hashable, CaseIterable, Sendable {
        case records, allRecords, pendingRecords, saveRecord, claim, state, commit, acquireLease, releaseLease, progress
        case saveProgress, saveReceipt, receipts, noteOnce, forgetNote
    }

    private let base: any RecordStore
    private let faults: Faults<Operation>

    /// Puts a plan of faults before a store.
    package init(_ base: any RecordStore, fail faults: Faults<Operation>) {
        self.base = base
        self.faults = faults
    }

    package func records(of paths: [VaultPath], in vault: VaultID) async throws -> [VaultPath: FileRecord] {
        try await faults.around(.records) { try await base.records(of: paths, in: vault) }
    }

    package func allRecords(
        in vault: VaultID,
        after path: VaultPath?
    ) -> any AsyncSequence<[FileRecord], any Error> & Sendable {
        faults.sequence(.allRecords, base.allRecords(in: vault, after: path))
    }

    package func someRecords(below folder: VaultPath, in vault: VaultID) async throws -> [FileRecord] {
        try await faults.around(.allRecords) { try await base.someRecords(below: folder, in: vault) }
    }

    package func pendingRecords(in vault: VaultID) -> any AsyncSequence<FileRecord, any Error> & Sendable {
        faults.sequence(.pendingRecords, base.pendingRecords(in: vault))
    }

    package func save(_ record: FileRecord, in vault: VaultID) async throws -> Bool {
        try await faults.around(.saveRecord) { try await base.save(record, in: vault) }
    }

    package func claim(folder: String, for vault: VaultID) async throws -> VaultID {
        try await faults.around(.claim) { try await base.claim(folder: folder, for: vault) }
    }

    package func vaultsWithFolders() async throws -> Set<VaultID> {
        try await faults.around(.claim) { try await base.vaultsWithFolders() }
    }

    package func state(of vault: VaultID) async throws -> VaultState? {
        try await faults.around(.state) { try await base.state(of: vault) }
    }

    package func commit(_ state: VaultState, of vault: VaultID) async throws -> Bool {
        try await faults.around(.commit) { try await base.commit(state, of: vault) }
    }

    package func takeLease(
        _ lease: Lease,
        _ claim: VaultLease.Claim,
        on vault: VaultID,
        now: Timestamp
    ) async throws -> VaultLease.Answer {
        try await faults.around(.acquireLease) { try await base.takeLease(lease, claim, on: vault, now: now) }
    }

    package func releaseLease(of run: RunID, on vault: VaultID) async throws {
        try await faults.around(.releaseLease) { try await base.releaseLease(of: run, on: vault) }
    }

    package func progress(of vault: VaultID) async throws -> VaultProgress? {
        try await faults.around(.progress) { try await base.progress(of: vault) }
    }

    package func save(_ progress: VaultProgress, of vault: VaultID, expires: Timestamp?) async throws {
        try await faults.around(.saveProgress) { try await base.save(progress, of: vault, expires: expires) }
    }

    package func save(_ receipt: Receipt, of run: RunID, in vault: VaultID, expires: Timestamp) async throws {
        try await faults.around(.saveReceipt) { try await base.save(receipt, of: run, in: vault, expires: expires) }
    }

    package func receipts(
        of run: RunID,
        in vault: VaultID,
        from first: Int
    ) -> any AsyncSequence<Receipt, any Error> & Sendable {
        faults.sequence(.receipts, base.receipts(of: run, in: vault, from: first))
    }

    package func noteOnce(_ key: String, until expires: Timestamp, now: Timestamp) async throws -> Bool {
        try await faults.around(.noteOnce) { try await base.noteOnce(key, until: expires, now: now) }
    }

    package func forgetNote(_ key: String) async throws {
        try await faults.around(.forgetNote) { try await base.forgetNote(key) }
    }
}
