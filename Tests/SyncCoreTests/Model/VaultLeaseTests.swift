import Clocks
import TestSupport
import Testing

@testable import SyncCore

@Suite("A vault's lease and term")
struct VaultLeaseTests {
    private let now = InstantClock.start

    private func take(
        _ lease: inout VaultLease,
        _ run: RunID,
        _ claim: VaultLease.Claim,
        at seconds: Int64 = 0
    )
        -> VaultLease.Answer
    {
        let time = now.advanced(by: .seconds(seconds))
        return lease.take(Lease(owner: run, now: time), claim, now: time)
    }

    private func giveBack(_ lease: inout VaultLease) { (lease.owner, lease.expires) = (nil, nil) }

    @Test("the term rises with each run that begins, and stays with the run that comes again")
    func rises() {
        var lease = VaultLease()
        #expect(take(&lease, .first, .anew) == .taken(term: 1))
        #expect(take(&lease, .first, .term(1)) == .taken(term: 1))
        #expect(take(&lease, .first, .anew) == .taken(term: 1))
        #expect(take(&lease, .second, .anew) == .busy)
        #expect(lease.term == 1)
        giveBack(&lease)
        #expect(take(&lease, .first, .term(1)) == .taken(term: 1))
        giveBack(&lease)
        #expect(take(&lease, .second, .anew) == .taken(term: 2))
    }

    @Test("a lease that was given back, or has run out, is not free for the past")
    func past() {
        var lease = VaultLease()
        _ = take(&lease, .first, .anew)
        giveBack(&lease)
        _ = take(&lease, .second, .anew)
        let standing = lease
        #expect(take(&lease, .first, .term(1)) == .superseded)
        #expect(take(&lease, .first, .term(1), at: 7200) == .superseded)
        #expect(take(&lease, .first, .unknown) == .superseded)
        #expect(take(&lease, .second, .term(1)) == .superseded)
        #expect(lease == standing, "nothing is changed by that")
        giveBack(&lease)
        #expect(take(&lease, .first, .term(1)) == .superseded)
        #expect(take(&lease, .first, .unknown) == .superseded)
        #expect(take(&lease, .second, .term(2)) == .taken(term: 2))
    }

    @Test("what the first release leaves behind is gone on with by its own run only")
    func firstRelease() {
        let expires = now.advanced(by: Lease.lifetime)
        var held = VaultLease(owner: .first, expires: expires)
        #expect(take(&held, .second, .unknown) == .busy)
        #expect(take(&held, .first, .unknown) == .taken(term: 1))
        #expect(take(&held, .first, .unknown) == .taken(term: 1))
        var free = VaultLease()
        #expect(take(&free, .first, .unknown) == .taken(term: 1))
        // An old function has taken the lease since a newer one began its term.
        var mixed = VaultLease(owner: .first, expires: expires, term: 4, termOwner: .second)
        #expect(take(&mixed, .first, .unknown) == .taken(term: 5))
        #expect(take(&mixed, .second, .term(4)) == .superseded)
    }
}
