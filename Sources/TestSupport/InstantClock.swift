package import Clocks
import Synchronization

/// A wall clock that stands still until somebody moves it, and whose sleepers wake at once at the time they asked for.
package final class InstantClock: WallClock {
    /// Where the clock stands when it is made: 2026-11-21T04:30:00Z.
    package static let start = Timestamp(milliseconds: 1_795_235_400_000)

    private let time: Mutex<Timestamp>

    /// Makes a clock.
    package init(_ start: Timestamp = InstantClock.start) {
        time = Mutex(start)
    }

    package var now: Timestamp { time.withLock { $0 } }

    package var minimumResolution: Duration { .milliseconds(1) }

    /// Moves the clock.
    package func advance(by duration: Duration) {
        time.withLock { $0 = $0.advanced(by: duration) }
    }

    package func sleep(until deadline: Timestamp, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        time.withLock { $0 = max($0, deadline) }
    }
}
