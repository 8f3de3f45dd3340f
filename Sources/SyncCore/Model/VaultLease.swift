package import Clocks

/// What stands of a vault's lease and term.
///
/// A vault's term counts the runs that took its lease. A lease that was given back, or has run out, is free for whoever is of
/// the present term, and for a run that begins: which thereby begins the next term. It is not free for the past: a run whose
/// term is over is superseded, whatever became of the run that followed it.
package struct VaultLease: Hashable, Sendable {
    /// What a run says of its term when it asks for the lease.
    package enum Claim: Hashable, Sendable {
        /// It has done nothing on the vault yet, so a new term begins; unless the present one is its own.
        case anew
        /// It has the vault for this term.
        case term(Int64)
        /// It has begun, in a release that knew no terms.
        case unknown
    }

    /// What a run gets when it asks for the lease.
    package enum Answer: Hashable, Sendable {
        /// It has the lease, for this term.
        case taken(term: Int64)
        /// Another run has it.
        case busy
        /// A newer run has had it since.
        case superseded
    }

    /// The run that holds the lease; nil when it was given back.
    package var owner: RunID?
    /// When it runs out; nil when it was given back.
    package var expires: Timestamp?
    /// The present term; 0 before the first.
    package var term: Int64 = 0
    /// The run whose term it is.
    package var termOwner: RunID?

    /// Makes the lease that nobody has.
    package init(owner: RunID? = nil, expires: Timestamp? = nil, term: Int64 = 0, termOwner: RunID? = nil) {
        self.owner = owner
        self.expires = expires
        self.term = term
        self.termOwner = termOwner
    }

    /// Gives the lease to a run, if it may have it.
    package mutating func take(_ lease: Lease, _ claim: Claim, now: Timestamp) -> Answer {
        let isPresent = termOwner == lease.owner
        switch claim {
        case .term(let term) where !isPresent || term != self.term: return .superseded
        case .unknown where !isPresent && self.term > 0 && owner != lease.owner: return .superseded
        default: break
        }
        if let owner, owner != lease.owner, let expires, expires.advanced(by: Lease.clockSkew) >= now { return .busy }
        if !isPresent {
            term += 1
            termOwner = lease.owner
        }
        owner = lease.owner
        expires = lease.expires
        return .taken(term: term)
    }
}
