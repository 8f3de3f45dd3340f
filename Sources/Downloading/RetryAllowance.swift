import Clocks
import SyncCore
import Synchronization

/// When something that failed is tried again within one call: after a wait that is drawn evenly from zero to a bound which
/// doubles each time, while the call's allowance lasts, and never beyond its deadline.
final class RetryAllowance: Sendable {
    private let settings: DownloadSettings
    private let clock: any WallClock
    private let deadline: Timestamp
    private let left: Mutex<Int>

    init(_ settings: DownloadSettings, clock: any WallClock, deadline: Timestamp) {
        self.settings = settings
        self.clock = clock
        self.deadline = deadline
        left = Mutex(settings.retryAllowance)
    }

    /// How long to wait before the next attempt.
    ///
    /// - Parameters:
    ///   - error: why the last attempt failed.
    ///   - attempt: its number, from 1.
    /// - Returns: the wait; nil when there is no further attempt.
    func pause(after error: SyncError, attempt: Int) -> Duration? {
        guard error.isRetryable, error.detail != .contentChanged, attempt < settings.attempts else { return nil }
        let jittered = settings.retryBackoff.wait(after: attempt, part: settings.random())
        let pause = max(jittered, error.retryAfter ?? .zero)
        guard clock.now.advanced(by: pause) < deadline else { return nil }
        let isAllowed = left.withLock { left in
            guard left > 0 else { return false }
            left -= 1
            return true
        }
        return isAllowed ? pause : nil
    }

    /// Runs `body`, and again where that may help.
    ///
    /// - Parameters:
    ///   - limit: is lowered when somebody asks for fewer requests.
    ///   - body: what to do.
    /// - Returns: what `body` returns.
    /// - Throws: the last error of `body`.
    func run<Result>(lowering limit: AdaptiveLimit, _ body: () async throws -> Result) async throws -> Result {
        var attempt = 1
        while true {
            let pace = limit.pace
            do {
                return try await body()
            } catch let error as SyncError {
                if error.name == .throttled { limit.throttled(at: pace) }
                guard let pause = pause(after: error, attempt: attempt) else { throw error }
                try await clock.sleep(for: pause)
            }
            attempt += 1
        }
    }
}
