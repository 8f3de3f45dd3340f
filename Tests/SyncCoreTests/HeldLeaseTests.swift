import Clocks
import TestSupport
import Testing

@testable import SyncCore

@Suite("The lease of one run, as one call holds it")
struct HeldLeaseTests {
    private let clock = InstantClock()
    private let records = MemoryRecordStore()
    private let faults = Faults<FaultyRecordStore.Operation>()

    private func held() async throws -> HeldLease {
        let lease = HeldLease(
            of: .first,
            .anew,
            on: .notes,
            in: FaultyRecordStore(records, fail: faults),
            clock: clock
        )
        #expect(try await lease.take())
        return lease
    }

    /// Lets every renewal fail after some time.
    private func failRenewing(_ error: SyncError.Name = .storeUnavailable, after duration: Duration = .zero) {
        faults.replace { [clock] operation, _ in
            guard operation == .acquireLease else { return nil }
            clock.advance(by: duration)
            return .init(SyncError(error, ""))
        }
    }

    @Test("is renewed once a minute has passed, and not before")
    func renewal() async throws {
        let lease = try await held()
        clock.advance(by: .seconds(59))
        try await lease.check()
        #expect(faults.count(of: .acquireLease) == 1)
        clock.advance(by: .seconds(1))
        try await lease.check()
        #expect(faults.count(of: .acquireLease) == 2)
        #expect(records.lease(on: .notes)?.expires == clock.now.advanced(by: Lease.lifetime))
    }

    @Test(
        "a renewal that fails is no reason to stop while the lease lasts, however long the failure took",
        arguments: [(600, 0), (600, 300), (1139, 0), (1079, 60)]
    )
    func reliedOn(age: Int64, failure: Int64) async throws {
        let lease = try await held()
        clock.advance(by: .seconds(age))
        failRenewing(after: .seconds(failure))
        try await lease.check()
    }

    @Test(
        "nothing is begun any more within the last minute of a lease, counted when the renewal has failed",
        arguments: [(1140, 0), (1199, 0), (1080, 60), (1080, 300), (61, 3600)]
    )
    func runOut(age: Int64, failure: Int64) async throws {
        let lease = try await held()
        clock.advance(by: .seconds(age))
        failRenewing(after: .seconds(failure))
        let error = await #expect(throws: SyncError.self) { try await lease.check() }
        #expect(error?.name == .storeUnavailable)
    }

    @Test("a failure that will not pass is no reason to rely on it")
    func permanent() async throws {
        let lease = try await held()
        clock.advance(by: .seconds(61))
        failRenewing(.invalidConfiguration)
        let error = await #expect(throws: SyncError.self) { try await lease.check() }
        #expect(error?.name == .invalidConfiguration)
    }

    @Test("that another run has taken over is lost for good, also where the store then fails")
    func lost() async throws {
        let lease = try await held()
        clock.advance(by: .seconds(3600))
        records.setLease(Lease(owner: .second, now: clock.now), on: .notes)
        await #expect(throws: LeaseLost.self) { try await lease.check() }
        failRenewing()
        await #expect(throws: SyncError.self) { try await lease.check() }
    }
}
