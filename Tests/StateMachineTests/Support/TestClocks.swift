import StateMachine
import Synchronization

/// A clock whose sleeps are over at once; the time goes on by as much.
final class InstantClock: InterpreterClock {
    private let time: Mutex<Timestamp>
    private let slept = Mutex<[Duration]>([])

    init(_ start: String = "2026-01-02T03:04:05Z") {
        time = Mutex(Timestamp(start) ?? Timestamp(secondsSinceEpoch: 0))
    }

    /// All sleeps so far.
    var sleeps: [Duration] { slept.withLock { $0 } }

    func now() -> Timestamp { time.withLock { $0 } }

    func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        slept.withLock { $0.append(duration) }
        time.withLock { $0 = $0.advanced(by: duration) }
    }
}

/// A clock that stands still until it is advanced.
final class ManualClock: InterpreterClock {
    private struct State {
        var now = Timestamp(secondsSinceEpoch: 1_700_000_000)
        var nextID = 0
        var sleepers: [Int: (deadline: Timestamp, continuation: CheckedContinuation<Void, any Error>)] = [:]
        var cancelled: Set<Int> = []
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    func now() -> Timestamp { state.withLock { $0.now } }

    func sleep(for duration: Duration) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let watchers = state.withLock { state -> [CheckedContinuation<Void, Never>]? in
                    if state.cancelled.contains(id) { return nil }
                    state.sleepers[id] = (state.now.advanced(by: duration), continuation)
                    let count = state.sleepers.count
                    let ready = state.watchers.filter { $0.count <= count }.map(\.continuation)
                    state.watchers.removeAll { $0.count <= count }
                    return ready
                }
                if let watchers {
                    watchers.forEach { $0.resume() }
                } else {
                    continuation.resume(throwing: CancellationError())
                }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                state.cancelled.insert(id)
                return state.sleepers.removeValue(forKey: id)
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Returns when that many sleeps are under way.
    func waitForSleepers(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if state.sleepers.count >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isReady { continuation.resume() }
        }
    }

    /// Moves the time on and ends the sleeps whose time has come.
    func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now = state.now.advanced(by: duration)
            let due = state.sleepers.filter { $0.value.deadline <= state.now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.map(\.continuation)
        }
        due.forEach { $0.resume() }
    }
}
