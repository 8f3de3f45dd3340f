package import Logging

/// Asks a service again after transient errors, with full jitter: 2 s, 4 s … at most.
///
/// An error that says itself how long to wait is left to the caller.
package struct TransientRetry: Sendable {
    private let attempts: Int
    private let clock: any WallClock
    private let random: @Sendable () -> Double

    /// Makes a policy.
    ///
    /// - Parameters:
    ///   - attempts: how often is asked, at most.
    ///   - clock: sleeps.
    ///   - random: a number from 0 up to 1, for jitter.
    package init(attempts: Int, clock: any WallClock, random: @escaping @Sendable () -> Double) {
        self.attempts = attempts
        self.clock = clock
        self.random = random
    }

    /// Runs `ask` until it answers, or fails for good.
    ///
    /// - Throws: the last error of `ask`.
    package func callAsFunction<Result>(_ logger: Logger, _ ask: () async throws -> Result) async throws -> Result {
        var attempt = 1
        while true {
            do {
                return try await ask()
            } catch let error as SyncError where error.isRetryable && error.retryAfter == nil && attempt < attempts {
                logger.debug(
                    "request failed",
                    metadata: [LogKey.attempt: "\(attempt)", LogKey.errorType: "\(error.name.rawValue)"]
                )
                try await clock.sleep(for: .seconds(Double(1 << attempt) * random()))
                attempt += 1
            }
        }
    }
}
