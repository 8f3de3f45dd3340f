import Synchronization

/// A link that lets so many bytes through in a second, however many use it.
final class PacedLink: Sendable {
    /// Pauses shorter than this are saved up, because a timer is not that exact.
    private static let shortestPause = Duration.milliseconds(5)

    private let bytesPerSecond: Int
    private let free = Mutex(ContinuousClock.now)

    init(bytesPerSecond: Int) {
        self.bytesPerSecond = max(bytesPerSecond, 1)
    }

    /// Returns when the bytes are through.
    func pass(_ bytes: Int) async throws {
        let now = ContinuousClock.now
        let through = free.withLock { free in
            free = max(free, now) + .seconds(1) * (Double(bytes) / Double(bytesPerSecond))
            return free
        }
        if through - now > Self.shortestPause { try await Task.sleep(until: through) }
    }
}
