import Synchronization

/// How much is done at once: halved whenever somebody asks for fewer requests, and slowly raised again while all goes well.
///
/// Of all that was under way when the limit was lowered, only the first counts: what was begun at the old pace says
/// nothing of the new one.
final class AdaptiveLimit: Sendable {
    /// Names the pace at which something was begun.
    struct Pace: Hashable, Sendable {
        fileprivate var number = 0
    }

    private struct State {
        var limit: Int
        var pace = Pace()
        var successes = 0
    }

    private let maximum: Int
    private let state: Mutex<State>

    init(_ maximum: Int) {
        self.maximum = max(maximum, 1)
        state = Mutex(State(limit: self.maximum))
    }

    /// How much may be under way now.
    var current: Int { state.withLock { $0.limit } }

    /// The pace at which what begins now begins.
    var pace: Pace { state.withLock { $0.pace } }

    /// Something that was begun at `pace` was refused, because there is too much of it.
    func throttled(at pace: Pace) {
        state.withLock { state in
            guard pace == state.pace else { return }
            state.limit = max(state.limit / 2, 1)
            state.pace.number += 1
            state.successes = 0
        }
    }

    /// Something succeeded: as many successes as may be under way raise the limit by one.
    func succeeded() {
        state.withLock { state in
            guard state.limit < maximum else { return }
            state.successes += 1
            guard state.successes >= state.limit else { return }
            state.limit += 1
            state.successes = 0
        }
    }
}
