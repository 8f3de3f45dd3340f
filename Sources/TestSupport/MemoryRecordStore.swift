package import Clocks
package import SyncCore
import Synchronization

/// Records in memory. They answer as the table does, and can be looked into.
package final class MemoryRecordStore: RecordStore {
    private struct Table {
        var files: [VaultPath: FileRecord] = [:]
        var state: VaultState?
        var lease = VaultLease()
        var progress: VaultProgress?
        var receipts: [RunID: [Int: Receipt]] = [:]
    }

    private let tables = Mutex<[VaultID: Table]>([:])
    private let folders = Mutex<[String: VaultID]>([:])
    private let pageSize: Int
    private let notedUntil = Mutex<[String: Timestamp]>([:])

    /// Makes an empty store.
    ///
    /// - Parameter pageSize: how many records a page has.
    package init(pageSize: Int = 100) {
        self.pageSize = pageSize
    }

    /// All records of a vault.
    package func files(of vault: VaultID) -> [VaultPath: FileRecord] {
        tables.withLock { $0[vault]?.files ?? [:] }
    }

    /// The lease of a vault, run out or not.
    package func lease(on vault: VaultID) -> Lease? {
        tables.withLock { tables in
            guard let lease = tables[vault]?.lease, let owner = lease.owner, let expires = lease.expires else {
                return nil
            }
            var held = Lease(owner: owner, now: expires)
            held.expires = expires
            return held
        }
    }

    /// The present term of a vault; 0 before the first.
    package func term(of vault: VaultID) -> Int64 {
        tables.withLock { $0[vault]?.lease.term ?? 0 }
    }

    /// Gives a vault's lease to a run, whoever holds it.
    package func setLease(_ lease: Lease, on vault: VaultID) {
        change(vault) { table in
            table.lease.owner = nil
            _ = table.lease.take(lease, .anew, now: lease.expires)
        }
    }

    /// Sets what stands of a vault's lease and term, as another release may have left it.
    package func set(_ lease: VaultLease, on vault: VaultID) {
        change(vault) { $0.lease = lease }
    }

    package func records(of paths: [VaultPath], in vault: VaultID) async throws -> [VaultPath: FileRecord] {
        let files = files(of: vault)
        return Dictionary(paths.compactMap { path in files[path].map { (path, $0) } }) { first, _ in first }
    }

    package func allRecords(
        in vault: VaultID,
        after path: VaultPath?
    ) -> any AsyncSequence<[FileRecord], any Error> & Sendable {
        let all = files(of: vault).values.filter { record in path.map { $0 < record.path } ?? true }
            .sorted { $0.path < $1.path }
        return Replay(pagesOf: all, pageSize)
    }

    package func someRecords(below folder: VaultPath, in vault: VaultID) async throws -> [FileRecord] {
        Array(files(of: vault).values.filter { $0.path.isBelow(folder) }.sorted { $0.path < $1.path }.prefix(10))
    }

    package func pendingRecords(in vault: VaultID) -> any AsyncSequence<FileRecord, any Error> & Sendable {
        Replay(files(of: vault).values.filter { $0.pendingSince != nil }.sorted { $0.path < $1.path })
    }

    @discardableResult
    package func save(_ record: FileRecord, in vault: VaultID) async throws -> Bool {
        change(vault) { table in
            if let standing = table.files[record.path], standing.epoch == record.epoch,
                standing.version > record.version
            {
                return false
            }
            table.files[record.path] = record
            return true
        }
    }

    package func claim(folder: String, for vault: VaultID) async throws -> VaultID {
        folders.withLock { folders in
            let owner = folders[folder] ?? vault
            folders[folder] = owner
            return owner
        }
    }

    package func vaultsWithFolders() async throws -> Set<VaultID> { folders.withLock { Set($0.values) } }

    package func state(of vault: VaultID) async throws -> VaultState? {
        tables.withLock { $0[vault]?.state }
    }

    package func commit(_ state: VaultState, of vault: VaultID) async throws -> Bool {
        change(vault) { table in
            guard table.lease.owner == state.run else { return false }
            table.state = state
            return true
        }
    }

    package func takeLease(
        _ lease: Lease,
        _ claim: VaultLease.Claim,
        on vault: VaultID,
        now: Timestamp
    ) async throws -> VaultLease.Answer {
        change(vault) { $0.lease.take(lease, claim, now: now) }
    }

    package func releaseLease(of run: RunID, on vault: VaultID) async throws {
        change(vault) { table in
            guard table.lease.owner == run else { return }
            table.lease.owner = nil
            table.lease.expires = nil
        }
    }

    package func progress(of vault: VaultID) async throws -> VaultProgress? {
        tables.withLock { $0[vault]?.progress }
    }

    package func save(_ progress: VaultProgress, of vault: VaultID, expires: Timestamp?) async throws {
        change(vault) { $0.progress = progress }
    }

    package func save(_ receipt: Receipt, of run: RunID, in vault: VaultID, expires: Timestamp) async throws {
        change(vault) { $0.receipts[run, default: [:]][receipt.batch] = receipt }
    }

    package func receipts(
        of run: RunID,
        in vault: VaultID,
        from first: Int
    ) -> any AsyncSequence<Receipt, any Error> & Sendable {
        let all = tables.withLock { $0[vault]?.receipts[run] ?? [:] }
        return Replay(all.values.filter { $0.batch >= first }.sorted { $0.batch < $1.batch })
    }

    package func noteOnce(_ key: String, until expires: Timestamp, now: Timestamp) async throws -> Bool {
        notedUntil.withLock { notes in
            if let standing = notes[key], standing > now { return false }
            notes[key] = expires
            return true
        }
    }

    package func forgetNote(_ key: String) async throws {
        notedUntil.withLock { $0[key] = nil }
    }

    private func change<Result: Sendable>(_ vault: VaultID, _ body: (inout Table) -> Result) -> Result {
        tables.withLock { body(&$0[vault, default: Table()]) }
    }
}
