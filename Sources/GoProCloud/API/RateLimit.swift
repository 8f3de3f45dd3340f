import Clocks
import SyncCore

/// Lets callers through one after the other, with at least so much time between two of them, and nobody while a service has
/// asked for quiet.
actor RateLimit {
    /// How long a caller without a deadline waits, at most.
    private static let longestWait: Duration = .seconds(10)

    private let interval: Duration
    private let clock: any WallClock
    private var next: Timestamp?
    private var quietUntil: Timestamp?

    /// Makes a limit.
    ///
    /// - Parameters:
    ///   - rate: how many are let through in a second; 0 for any number.
    ///   - clock: sleeps.
    init(perSecond rate: Double, clock: any WallClock) {
        interval = rate > 0 ? .seconds(1 / rate) : .zero
        self.clock = clock
    }

    /// Lets nobody through for a while.
    func keepQuiet(for duration: Duration) {
        let end = clock.now.advanced(by: duration)
        quietUntil = max(end, quietUntil ?? end)
    }

    /// Waits for the caller's turn.
    ///
    /// - Parameter deadline: when the caller has to be done; nil for a caller that can hardly wait at all.
    /// - Throws: `Throttled` where the turn comes too late.
    func wait(until deadline: Timestamp?) async throws {
        var turn = takeTurn()
        while true {
            // Somebody may have been asked for quiet while this caller slept.
            if let quietUntil, quietUntil > turn { turn = takeTurn() }
            let now = clock.now
            guard turn > now else { return }
            guard turn < deadline ?? now.advanced(by: Self.longestWait) else {
                throw SyncError(.throttled, "GoPro asks for fewer requests", retryAfter: now.duration(to: turn))
            }
            try await clock.sleep(until: turn, tolerance: nil)
        }
    }

    private func takeTurn() -> Timestamp {
        let now = clock.now
        let turn = max(now, next ?? now, quietUntil ?? now)
        next = turn.advanced(by: interval)
        return turn
    }
}
