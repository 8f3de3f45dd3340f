package import Clocks
package import Logging

/// Asks a service again after transient errors, with full jitter: 2 s, 4 s … at most.
///
/// Where a service says how long to wait, that is waited, up to a limit; what lies beyond it is left to the caller.
package struct TransientRetry: Sendable {
    private static let backoff = Backoff(first: .seconds(2))

    private let attempts: Int
    private let clock: any WallClock
    private let random: @Sendable () -> Double
    private let longestWait: Duration

    /// Makes a policy.
    ///
    /// - Parameters:
    ///   - attempts: how often is asked, at most.
    ///   - longestWait: the longest wait that a service may ask for; zero leaves every such error to the caller.
    ///   - clock: sleeps.
    ///   - random: a number from 0 up to 1, for jitter.
    package init(
        attempts: Int,
        longestWait: Duration = .zero,
        clock: any WallClock,
        random: @escaping @Sendable () -> Double
    ) {
        self.attempts = attempts
        self.longestWait = longestWait
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
            } catch let error as SyncError where error.isRetryable && attempt < attempts && isForHere(error) {
                logger.debug(
                    "request failed",
                    metadata: [LogKey.attempt: "\(attempt)", LogKey.errorType: "\(error.name.rawValue)"]
                )
                try await clock.sleep(for: error.retryAfter ?? Self.backoff.wait(after: attempt, part: random()))
                attempt += 1
            }
        }
    }

    private func isForHere(_ error: SyncError) -> Bool {
        guard let wait = error.retryAfter else { return true }
        return wait > .zero && wait <= longestWait
    }
}
