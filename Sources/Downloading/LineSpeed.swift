import Synchronization

/// How fast parts come in, by the one that came in last. All files of a call share it, as they share the line.
final class LineSpeed: Sendable {
    private struct State {
        var underWay = 0
        /// How long the last part took, and how many were under way with it.
        var last: (bytes: Int64, time: Duration, sharers: Int)?
    }

    private let state = Mutex(State())

    /// Whether a part has come in.
    var isKnown: Bool { state.withLock { $0.last != nil } }

    /// How long one more part takes at most: what shares the line with more others than the last part did may be slower
    /// by as much. Nil as long as nothing tells.
    func time(forOneMore bytes: Int) -> Duration? {
        state.withLock { state in
            guard let last = state.last else { return nil }
            let share = max(Double(state.underWay + 1) / Double(last.sharers), 1)
            // What a part takes besides its bytes, such as asking for it, is not more for a larger one; nor is it less.
            return last.time * max(Double(bytes) / Double(last.bytes), 1) * share
        }
    }

    /// One more part is under way.
    func begin() {
        state.withLock { $0.underWay += 1 }
    }

    /// A part is not under way any more.
    ///
    /// - Parameters:
    ///   - bytes: its size; nil when it did not come in.
    ///   - time: how long it took.
    func end(_ bytes: Int64?, after time: Duration) {
        state.withLock { state in
            // A short one, as the last of a file is, tells how long asking takes rather than how fast bytes come.
            if let bytes, bytes > 0, bytes >= (state.last?.bytes ?? 0) / 2 {
                state.last = (bytes, time, state.underWay)
            }
            state.underWay -= 1
        }
    }
}
