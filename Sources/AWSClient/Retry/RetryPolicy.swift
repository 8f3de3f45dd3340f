import Clocks

/// When a failed request is sent again. A pure value: it neither sleeps nor counts.
///
/// The wait is drawn evenly from zero to a bound that doubles with each attempt ("full jitter"), so that clients
/// that failed together do not come back together.
package struct RetryPolicy: Sendable, Equatable {
    /// How often a request is sent at most, the first time included.
    package var maxAttempts: Int
    /// The bound of the first wait after a transient failure; it doubles with each further one.
    package var baseDelay: Duration
    /// The bound of the first wait when the service asks to slow down.
    package var throttlingBaseDelay: Duration
    /// The bound never exceeds this.
    package var maxDelay: Duration
    /// A service that asks to be left alone for longer than this is not asked again.
    package var longestRetryAfter: Duration

    /// Makes a policy; the defaults suit a function that has minutes.
    package init(
        maxAttempts: Int = 5,
        baseDelay: Duration = .milliseconds(100),
        throttlingBaseDelay: Duration = .milliseconds(500),
        maxDelay: Duration = .seconds(20),
        longestRetryAfter: Duration = .seconds(60)
    ) {
        self.maxAttempts = maxAttempts
        self.baseDelay = baseDelay
        self.throttlingBaseDelay = throttlingBaseDelay
        self.maxDelay = maxDelay
        self.longestRetryAfter = longestRetryAfter
    }

    /// Sends nothing twice.
    package static let never = RetryPolicy(maxAttempts: 1)

    /// What to do about one failure.
    package enum Decision: Sendable, Equatable {
        /// Send it again after this long.
        case retry(after: Duration)
        /// Give up, for this reason.
        case doNotRetry(Reason)
    }

    /// Why there is no further attempt.
    package enum Reason: Sendable, Equatable {
        /// The same request fails again.
        case permanent
        /// It was sent as often as allowed.
        case attemptsExhausted
        /// The wait would end after the deadline.
        case deadlineTooClose
        /// The service asks for more patience than there is.
        case retryAfterTooLong
    }

    /// Decides about one failure.
    ///
    /// - Parameters:
    ///   - kind: what kind of failure it was.
    ///   - attempt: which attempt failed, counted from 1.
    ///   - retryAfter: how long the service asks to wait.
    ///   - remaining: the time up to the deadline, if there is one.
    ///   - random: evenly distributed, 0 up to 1.
    /// - Returns: how long to wait, or why not to try again.
    package func decision(
        for kind: FailureKind,
        attempt: Int,
        retryAfter: Duration? = nil,
        remaining: Duration? = nil,
        random: Double
    ) -> Decision {
        if kind == .permanent { return .doNotRetry(.permanent) }
        if attempt >= maxAttempts { return .doNotRetry(.attemptsExhausted) }
        if let retryAfter, retryAfter > longestRetryAfter { return .doNotRetry(.retryAfterTooLong) }
        // The corrected clock is all that was missing, there is nothing to wait for.
        var delay: Duration = kind == .clockSkew ? .zero : jittered(kind, attempt: attempt, random: random)
        if let retryAfter, retryAfter > delay { delay = retryAfter }
        if let remaining, delay >= remaining { return .doNotRetry(.deadlineTooClose) }
        return .retry(after: delay)
    }

    private func jittered(_ kind: FailureKind, attempt: Int, random: Double) -> Duration {
        let base = kind == .throttling ? throttlingBaseDelay : baseDelay
        return Backoff(first: base, longest: maxDelay).wait(after: attempt, part: min(max(random, 0), 1))
    }
}
