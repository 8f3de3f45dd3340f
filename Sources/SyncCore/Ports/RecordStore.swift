package import Clocks

/// The memory of Obsync: file records, vault states, leases, progress and receipts. DynamoDB, or SQLite.
///
/// Reads see every earlier write, but for those of ``allRecords(in:after:)``. Failures are `StoreUnavailable` or `Throttled`.
package protocol RecordStore: Sendable {
    /// The records of the paths that have one.
    ///
    /// - Parameters:
    ///   - paths: at most 100, without repeats.
    ///   - vault: the vault that the paths are of.
    /// - Returns: the records by path; a path without one is missing.
    /// - Throws: `StoreUnavailable`, `Throttled`.
    func records(of paths: [VaultPath], in vault: VaultID) async throws -> [VaultPath: FileRecord]

    /// The records of a vault in the order of their paths, a page at a time; each page is read when it is asked for.
    ///
    /// A write of the last second or so may be missing: such reads cost half. The path of a record has up to 1,000 bytes;
    /// those of longer paths may be left out.
    ///
    /// - Parameters:
    ///   - vault: the vault.
    ///   - path: only paths after this one; nil for all.
    /// - Returns: pages, none of them empty.
    func allRecords(
        in vault: VaultID,
        after path: VaultPath?
    ) -> any AsyncSequence<[FileRecord], any Error> & Sendable

    /// Some records of files below a folder, up to ten; a write of the last second or so may be missing.
    ///
    /// - Parameters:
    ///   - folder: only paths that begin with this one and a slash.
    ///   - vault: the vault.
    /// - Returns: the first records, by path.
    /// - Throws: `StoreUnavailable`, `Throttled`.
    func someRecords(below folder: VaultPath, in vault: VaultID) async throws -> [FileRecord]

    /// The records with a `pendingSince`, in no particular order.
    func pendingRecords(in vault: VaultID) -> any AsyncSequence<FileRecord, any Error> & Sendable

    /// Writes a record unless a newer version of the same epoch stands there.
    ///
    /// - Returns: false when a newer one stands there; nothing is written then.
    @discardableResult
    func save(_ record: FileRecord, in vault: VaultID) async throws -> Bool

    /// Gives a folder of the mirror to a vault for good, unless another one has it.
    ///
    /// - Returns: the vault that has it now.
    func claim(folder: String, for vault: VaultID) async throws -> VaultID

    /// The vaults that have a folder of the mirror, whether the account still has them or not; each once.
    ///
    /// - Throws: `StoreUnavailable`, `Throttled`.
    func vaultsWithFolders() async throws -> Set<VaultID>

    /// The state of a vault, or nil before its first commit.
    func state(of vault: VaultID) async throws -> VaultState?

    /// Writes a vault's state, on condition that the run still holds the lease.
    ///
    /// - Returns: false when it does not; nothing is written then.
    func commit(_ state: VaultState, of vault: VaultID) async throws -> Bool

    /// Takes or renews the lease of a vault, as ``VaultLease/take(_:_:now:)`` does.
    ///
    /// - Parameters:
    ///   - lease: the run, and when the lease runs out.
    ///   - claim: what the run says of its term.
    ///   - vault: the vault.
    ///   - now: the time.
    /// - Returns: the term, or why the run does not get the lease.
    /// - Throws: `StoreUnavailable`, `Throttled`.
    func takeLease(
        _ lease: Lease,
        _ claim: VaultLease.Claim,
        on vault: VaultID,
        now: Timestamp
    ) async throws -> VaultLease.Answer

    /// Gives a lease back; the term stays. A lease of another run is left alone.
    func releaseLease(of run: RunID, on vault: VaultID) async throws

    /// The progress of the newest pass, or nil when there never was one or it was forgotten.
    func progress(of vault: VaultID) async throws -> VaultProgress?

    /// Writes the progress; it is kept until `expires`, or for good when that is nil.
    func save(_ progress: VaultProgress, of vault: VaultID, expires: Timestamp?) async throws

    /// Writes a receipt, replacing an earlier one of the same batch.
    func save(_ receipt: Receipt, of run: RunID, in vault: VaultID, expires: Timestamp) async throws

    /// The receipts of a run by ascending batch number, from `first` on.
    func receipts(
        of run: RunID,
        in vault: VaultID,
        from first: Int
    ) -> any AsyncSequence<Receipt, any Error> & Sendable

    /// Notes that something has been done, so that it is done once.
    ///
    /// - Parameters:
    ///   - key: what was done: up to 500 bytes, without secrets.
    ///   - expires: when the note is forgotten; to the second.
    ///   - now: the time.
    /// - Returns: false when it is noted already.
    /// - Throws: `StoreUnavailable`, `Throttled`.
    func noteOnce(_ key: String, until expires: Timestamp, now: Timestamp) async throws -> Bool

    /// Forgets a note before its time.
    func forgetNote(_ key: String) async throws
}

extension RecordStore {
    package func someRecords(below folder: VaultPath, in vault: VaultID) async throws -> [FileRecord] {
        var pages = allRecords(in: vault, after: VaultPath("\(folder.rawValue)/")).makeAsyncIterator()
        let page = try await pages.next(isolation: nil) ?? []
        return Array(page.prefix { $0.path.isBelow(folder) }.prefix(10))
    }

    /// Takes or renews a lease for whatever term.
    ///
    /// - Returns: false when another run holds a lease that has not run out.
    /// - Throws: `StoreUnavailable`, `Throttled`.
    package func acquireLease(_ lease: Lease, on vault: VaultID, now: Timestamp) async throws -> Bool {
        if case .taken = try await takeLease(lease, .anew, on: vault, now: now) { true } else { false }
    }
}

/// The right of one run to change a vault's mirror.
package struct Lease: Codable, Hashable, Sendable {
    /// The run that holds it.
    package var owner: RunID
    /// When it runs out unless it is renewed.
    package var expires: Timestamp

    /// How long a lease lasts after its last renewal: longer than any function may run.
    package static let lifetime: Duration = .seconds(20 * 60)
    /// How much the clocks of two machines may differ.
    package static let clockSkew: Duration = .seconds(60)

    /// Makes a lease that begins now.
    package init(owner: RunID, now: Timestamp, lifetime: Duration = Self.lifetime) {
        self.owner = owner
        expires = now.advanced(by: lifetime)
    }
}
