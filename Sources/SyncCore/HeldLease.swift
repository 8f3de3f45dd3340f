package import Clocks
import Synchronization

/// The lease of one run on one vault, as one call of a function holds it.
///
/// Nobody else may take a lease over before it has run out, so what is written while it lasts needs no further proof. A call
/// that sleeps through its lease, as a process on a laptop may, finds out before it writes anything. So does one of a run whose
/// term is over: it gets no lease, also where nobody has it.
package final class HeldLease: Sendable {
    /// How long a renewal is relied on without another: far less than a lease lasts, so that a request that is on its way when
    /// the time comes arrives long before the lease runs out.
    static let renewedEvery: Duration = .seconds(60)
    /// How long a renewal is relied on where another one fails. The rest of the lease is for what is on its way then.
    private static let reliedOn = Lease.lifetime - renewedEvery

    private let run: RunID
    private let vault: VaultID
    private let records: any RecordStore
    private let clock: any WallClock
    private let state: Mutex<State>

    private struct State {
        var claim: VaultLease.Claim
        var term: Int64?
        var renewed: Timestamp?
        var isSuperseded = false
    }

    /// Describes a lease that is not taken yet.
    ///
    /// - Parameters:
    ///   - run: who wants it.
    ///   - claim: what that run knows of the vault's term.
    ///   - vault: the vault.
    ///   - records: where the lease is kept.
    ///   - clock: wall time.
    package init(
        of run: RunID,
        _ claim: VaultLease.Claim,
        on vault: VaultID,
        in records: any RecordStore,
        clock: any WallClock
    ) {
        state = Mutex(State(claim: claim))
        self.run = run
        self.vault = vault
        self.records = records
        self.clock = clock
    }

    /// Takes the lease, or renews it.
    ///
    /// - Returns: false when another run has it, or a newer one has had it since.
    /// - Throws: what the records throw.
    package func take() async throws -> Bool {
        let now = clock.now
        let claim = state.withLock { $0.claim }
        let answer = try await records.takeLease(Lease(owner: run, now: now), claim, on: vault, now: now)
        return state.withLock { state in
            state.isSuperseded = answer == .superseded
            guard case .taken(let term) = answer else {
                state.renewed = nil
                return false
            }
            state.claim = .term(term)
            state.term = term
            state.renewed = now
            return true
        }
    }

    /// The vault's term that this run has it for; nil before the lease was taken.
    package var term: Int64? { state.withLock { $0.term } }

    /// Whether the lease was refused because a newer run has had it.
    package var isSuperseded: Bool { state.withLock { $0.isSuperseded } }

    /// Has to come before every stretch of writes: costs a request only where the last renewal is a minute old.
    ///
    /// - Throws: ``LeaseLost`` when another run has the lease; what keeps it from being renewed, once so little is left of it
    ///   that it may run out before a write arrives.
    package func check() async throws {
        if let age, age < Self.renewedEvery { return }
        do {
            guard try await take() else { throw LeaseLost() }
        } catch let error as SyncError where error.isRetryable {
            // Failing may have taken minutes, and the check of another file may have renewed it meanwhile.
            guard let age, age < Self.reliedOn else { throw error }
        }
    }

    /// How long ago the last renewal was asked for; nil without the lease.
    private var age: Duration? { state.withLock { $0.renewed }?.duration(to: clock.now) }
}

/// Another run has the vault now, or has had it since: nothing may be written any more.
package struct LeaseLost: Error {
    /// Makes the error.
    package init() {}
}
