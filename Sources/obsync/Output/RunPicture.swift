import Foundation
import StateMachine
import Synchronization

/// A picture of an execution in text: each state with how often it was entered and how long it took.
///
///     Authenticate    1×    0.2 s  ████
///     List            5×    1.1 s  ██████████████████████
///     Download        4×    2.3 s  ██████████████████████████████
///       batches       6 worked off
///     Done
final class RunPicture: Sendable {
    private struct Row {
        var name: String
        var count = 0
        var time: Duration = .zero
        var entered: StateMachine.Timestamp?
    }

    private struct State {
        var rows: [Row] = []
        var batches = 0
        var failedBatches = 0
    }

    private let state = Mutex(State())

    /// Takes an event of the history.
    func observe(_ event: HistoryEvent) {
        state.withLock { state in
            let type = event.type.rawValue
            if event.type == .mapIterationSucceeded { state.batches += 1 }
            if event.type == .mapIterationFailed { state.failedBatches += 1 }
            guard let name = event.details.name, !Self.isInsideMap(name) else { return }
            if type.hasSuffix("StateEntered") {
                let index = state.rows.firstIndex { $0.name == name } ?? state.rows.endIndex
                if index == state.rows.endIndex { state.rows.append(Row(name: name)) }
                state.rows[index].count += 1
                state.rows[index].entered = event.timestamp
            } else if type.hasSuffix("StateExited"), let index = state.rows.firstIndex(where: { $0.name == name }),
                let entered = state.rows[index].entered
            {
                state.rows[index].time += event.timestamp.duration(since: entered)
                state.rows[index].entered = nil
            }
        }
    }

    /// The states of the Map's iterations, whose times overlap.
    private static func isInsideMap(_ name: String) -> Bool {
        ["DownloadBatch", "Partial", "BatchEnded"].contains(name)
    }

    /// The length of a bar. A clock that was set back makes times negative.
    private static func width(of share: Double) -> Int {
        Int((min(max(share, 0), 1) * 30).rounded())
    }

    /// The picture, a line a state, in the characters that a screen takes.
    func lines(on screen: Screen) -> [String] {
        let (block, times) = screen.isUnicode ? ("█", "×") : ("#", "x")
        return state.withLock { state in
            let longest = max(state.rows.map(\.time).max() ?? .zero, .milliseconds(1))
            return state.rows.flatMap { row in
                let bar = String(repeating: block, count: Self.width(of: row.time / longest))
                let name = row.name.padding(toLength: 16, withPad: " ", startingAt: 0)
                let line =
                    "  \(name)\(String(format: "%3d", row.count))\(times)"
                    + String(format: " %7.1f s  ", row.time / .seconds(1)) + bar
                return row.name == "Download"
                    ? [line, "    \(state.batches == 1 ? "1 batch" : "\(state.batches.grouped) batches") worked off"]
                    : [line]
            }
        }
    }
}
