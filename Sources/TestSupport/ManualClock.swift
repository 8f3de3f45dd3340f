package import Clocks
import Synchronization

/// A clock that stands still but for sleeping: a sleep ends at once, and the time is then what it was to be.
package final class ManualClock: WallClock {
    private struct State {
        var now: Timestamp
        var sleeps: [Duration] = []
    }

    private let state: Mutex<State>

    /// Makes a clock that shows `now`.
    package init(now: Timestamp = Timestamp(milliseconds: 1_770_000_000_000)) {
        state = Mutex(State(now: now))
    }

    package var now: Timestamp { state.withLock { $0.now } }

    package var minimumResolution: Duration { .milliseconds(1) }

    /// How long each sleep so far would have taken, in the order in which they began.
    package var sleeps: [Duration] { state.withLock { $0.sleeps } }

    /// Sets the time on.
    package func advance(by duration: Duration) {
        state.withLock { $0.now = $0.now.advanced(by: duration) }
    }

    /// Notes the sleep and sets the time on to its end; a moment that has passed changes nothing.
    package func sleep(until deadline: Timestamp, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        state.withLock { state in
            state.sleeps.append(max(.zero, state.now.duration(to: deadline)))
            state.now = max(state.now, deadline)
        }
    }
}
