import SyncCore

/// Lets callers through one after the other, with at least so much time between two of them.
actor RateLimit {
    private let interval: Duration
    private let clock: any WallClock
    private var next: Timestamp?

    init(perSecond rate: Double, clock: any WallClock) {
        interval = rate > 0 ? .seconds(1 / rate) : .zero
        self.clock = clock
    }

    /// Waits for the caller's turn.
    func wait() async throws {
        guard interval > .zero else { return }
        let now = clock.now
        let turn = max(now, next ?? now)
        next = turn.advanced(by: interval)
        if turn > now { try await clock.sleep(until: turn, tolerance: nil) }
    }
}
