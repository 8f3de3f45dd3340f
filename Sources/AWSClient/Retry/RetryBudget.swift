import Synchronization

/// Keeps a client from answering an outage with a storm of repetitions.
///
/// A bucket of tokens shared by all requests of a client: a retry costs some, a success gives some back. When it is
/// empty, failures are final at once until requests succeed again.
package final class RetryBudget: Sendable {
    private let capacity: Int
    private let tokens: Mutex<Int>

    /// Makes a full bucket.
    package init(capacity: Int = 500) {
        self.capacity = capacity
        tokens = Mutex(capacity)
    }

    /// How many tokens are left.
    package var available: Int { tokens.withLock { $0 } }

    /// What a retry costs: no answer at all weighs more than one that says to slow down.
    package static func cost(of error: AWSError) -> Int {
        switch error.failureKind {
        case .permanent, .clockSkew: 0
        case .throttling: 5
        case .transient: error.code == .timedOut || error.code == .connectionFailed ? 10 : 5
        }
    }

    /// Takes `cost` tokens, or none and answers false when there are not as many.
    package func take(_ cost: Int) -> Bool {
        tokens.withLock { left in
            guard left >= cost else { return false }
            left -= cost
            return true
        }
    }

    /// Gives back what the last retry cost, or one token for a success at the first attempt.
    package func succeeded(lastCost: Int) {
        tokens.withLock { $0 = min(capacity, $0 + max(lastCost, 1)) }
    }
}
