import Clocks
import Logging
import SyncCore

/// Waits as long as the state machine does when it calls a function: what is done before a run is as patient as the run.
struct Patience {
    /// When somebody asks for fewer requests: 45 s, 90 s … up to 5 minutes.
    private static let quiet = (attempts: 8, backoff: Backoff(first: .seconds(45), longest: .seconds(300)))
    /// After other errors that pass: up to 2 s, 4 s … 2 minutes, at random.
    private static let transient = (attempts: 6, backoff: Backoff(first: .seconds(2), longest: .seconds(120)))

    private let clock: any WallClock
    private let logger: Logger
    private let random: @Sendable () -> Double

    /// Makes the patience of one task.
    init(
        clock: any WallClock,
        logger: Logger,
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.clock = clock
        self.logger = logger
        self.random = random
    }

    /// Runs `body` until it succeeds, or fails for good.
    ///
    /// - Throws: the last error of `body`.
    func callAsFunction<Result>(_ body: () async throws -> Result) async throws -> Result {
        var failures: [SyncError.Name: Int] = [:]
        while true {
            do {
                return try await body()
            } catch let error as SyncError where error.isRetryable {
                failures[error.name, default: 0] += 1
                let number = failures[error.name, default: 0]
                let pace = error.name == .throttled ? Self.quiet : Self.transient
                guard number <= pace.attempts else { throw error }
                let usual = pace.backoff.wait(after: number)
                // Whoever says how long to wait is believed, up to the longest wait.
                let asked = error.retryAfter.map { min($0, pace.backoff.longest) }
                let wait = asked ?? (error.name == .throttled ? usual : usual * random())
                logger.warning(
                    "waiting for the provider",
                    metadata: [LogKey.errorType: "\(error.name.rawValue)", LogKey.cause: "\(error.message)"]
                )
                try await clock.sleep(for: wait)
            }
        }
    }
}
