import Clocks
import SyncCore

/// A record store that is asked again when it asks for fewer requests: after up to 1 s, 2 s, 4 s … with full jitter, for as
/// long as the deadline allows.
///
/// What is not answered is an error, never an absence: a record that could not be read must not pass for one that is not there.
struct PatientRecordStore: RecordStore {
    private static let backoff = Backoff(first: .seconds(1), longest: .seconds(32))

    let base: any RecordStore
    let clock: any WallClock
    let deadline: Timestamp
    /// A number from 0 up to 1.
    let random: @Sendable () -> Double

    func records(of paths: [VaultPath], in vault: VaultID) async throws -> [VaultPath: FileRecord] {
        try await patiently { try await base.records(of: paths, in: vault) }
    }

    func allRecords(
        in vault: VaultID,
        after path: VaultPath?
    ) -> any AsyncSequence<[FileRecord], any Error> & Sendable {
        Resumed(store: self) { last in base.allRecords(in: vault, after: last?.last?.path ?? path) }
    }

    func someRecords(below folder: VaultPath, in vault: VaultID) async throws -> [FileRecord] {
        try await patiently { try await base.someRecords(below: folder, in: vault) }
    }

    /// A record may come twice after a pause.
    func pendingRecords(in vault: VaultID) -> any AsyncSequence<FileRecord, any Error> & Sendable {
        Resumed(store: self) { _ in base.pendingRecords(in: vault) }
    }

    func save(_ record: FileRecord, in vault: VaultID) async throws -> Bool {
        try await patiently { try await base.save(record, in: vault) }
    }

    func claim(folder: String, for vault: VaultID) async throws -> VaultID {
        try await patiently { try await base.claim(folder: folder, for: vault) }
    }

    func vaultsWithFolders() async throws -> Set<VaultID> {
        try await patiently { try await base.vaultsWithFolders() }
    }

    func state(of vault: VaultID) async throws -> VaultState? {
        try await patiently { try await base.state(of: vault) }
    }

    func commit(_ state: VaultState, of vault: VaultID) async throws -> Bool {
        try await patiently { try await base.commit(state, of: vault) }
    }

    func takeLease(
        _ lease: Lease,
        _ claim: VaultLease.Claim,
        on vault: VaultID,
        now: Timestamp
    ) async throws -> VaultLease.Answer {
        try await patiently { try await base.takeLease(lease, claim, on: vault, now: now) }
    }

    func releaseLease(of run: RunID, on vault: VaultID) async throws {
        try await patiently { try await base.releaseLease(of: run, on: vault) }
    }

    func progress(of vault: VaultID) async throws -> VaultProgress? {
        try await patiently { try await base.progress(of: vault) }
    }

    func save(_ progress: VaultProgress, of vault: VaultID, expires: Timestamp?) async throws {
        try await patiently { try await base.save(progress, of: vault, expires: expires) }
    }

    func save(_ receipt: Receipt, of run: RunID, in vault: VaultID, expires: Timestamp) async throws {
        try await patiently { try await base.save(receipt, of: run, in: vault, expires: expires) }
    }

    func receipts(
        of run: RunID,
        in vault: VaultID,
        from first: Int
    ) -> any AsyncSequence<Receipt, any Error> & Sendable {
        Resumed(store: self) { last in base.receipts(of: run, in: vault, from: last.map { $0.batch + 1 } ?? first) }
    }

    func noteOnce(_ key: String, until expires: Timestamp, now: Timestamp) async throws -> Bool {
        try await patiently { try await base.noteOnce(key, until: expires, now: now) }
    }

    func forgetNote(_ key: String) async throws {
        try await patiently { try await base.forgetNote(key) }
    }

    private func patiently<Result>(_ body: () async throws -> Result) async throws -> Result {
        var attempt = 1
        while true {
            do {
                return try await body()
            } catch let error as SyncError where error.name == .throttled {
                try await wait(after: error, attempt: attempt)
                attempt += 1
            }
        }
    }

    /// Waits before another attempt; throws the error where the wait would outlast the deadline.
    fileprivate func wait(after error: SyncError, attempt: Int) async throws {
        let jittered = Self.backoff.wait(after: attempt, part: random())
        let pause = max(error.retryAfter ?? .zero, jittered)
        guard clock.now.advanced(by: pause) < deadline else { throw error }
        try await clock.sleep(for: pause)
    }
}

/// A sequence that is opened again behind its last element when the store asks for fewer requests.
private struct Resumed<Element: Sendable>: AsyncSequence, Sendable {
    typealias Failure = any Error

    let store: PatientRecordStore
    let open: @Sendable (Element?) -> any AsyncSequence<Element, any Error> & Sendable

    func makeAsyncIterator() -> Iterator {
        Iterator(sequence: self, base: open(nil).makeAsyncIterator())
    }

    struct Iterator: AsyncIteratorProtocol {
        let sequence: Resumed
        var base: any AsyncIteratorProtocol<Element, any Error>
        private var last: Element?

        init(sequence: Resumed, base: any AsyncIteratorProtocol<Element, any Error>) {
            self.sequence = sequence
            self.base = base
        }

        mutating func next() async throws -> Element? {
            var attempt = 1
            while true {
                do {
                    let element = try await base.next(isolation: nil)
                    last = element ?? last
                    return element
                } catch let error as SyncError where error.name == .throttled {
                    try await sequence.store.wait(after: error, attempt: attempt)
                    attempt += 1
                    base = sequence.open(last).makeAsyncIterator()
                }
            }
        }
    }
}
