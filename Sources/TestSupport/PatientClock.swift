package import Clocks
import Synchronization

/// A wall clock that stands still until somebody moves it, and whose sleepers wait until then.
package final class PatientClock: WallClock {
    private struct State {
        var now: Timestamp
        var sleepers: [Int: Sleeper] = [:]
        var sleeps = 0
    }

    private struct Sleeper {
        var until: Timestamp
        var continuation: CheckedContinuation<Void, any Error>
    }

    private let state: Mutex<State>

    /// Makes a clock that shows `now`.
    package init(_ now: Timestamp = InstantClock.start) {
        state = Mutex(State(now: now))
    }

    package var now: Timestamp { state.withLock { $0.now } }

    package var minimumResolution: Duration { .milliseconds(1) }

    /// Moves the clock on to a moment, and wakes those who have waited for it.
    package func advance(to moment: Timestamp) {
        let woken = state.withLock { state in
            state.now = max(state.now, moment)
            let due = state.sleepers.filter { $0.value.until <= state.now }
            for number in due.keys { state.sleepers[number] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in woken { continuation.resume() }
    }

    package func sleep(until deadline: Timestamp, tolerance: Duration?) async throws {
        let number = state.withLock { state in
            state.sleeps += 1
            return state.sleeps
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let isAwake = state.withLock { state in
                    if Task.isCancelled || state.now >= deadline { return true }
                    state.sleepers[number] = Sleeper(until: deadline, continuation: continuation)
                    return false
                }
                if isAwake { continuation.resume() }
            }
        } onCancel: {
            let sleeper = state.withLock { $0.sleepers.removeValue(forKey: number) }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
        try Task.checkCancellation()
    }
}
