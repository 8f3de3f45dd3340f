import Foundation
import SyncCore
import Synchronization

/// Shows how much of a mirror has been read, with the time that is left, to a person at a terminal.
final class ReadProgress: Sendable {
    private struct State {
        var files = 0
        var bytes: Int64 = 0
        var passed: Int64 = 0
        var started = ContinuousClock.now
        var lastShown: ContinuousClock.Instant?
        var isLineOpen = false
    }

    private let state = Mutex(State())
    /// Whether anybody sees it.
    let isShown: Bool

    init(isQuiet: Bool) {
        isShown = !isQuiet && StandardStreams.isErrorATerminal
    }

    /// Says what there is to read.
    func expect(_ cost: ReadingCost) {
        state.withLock { state in
            state.files = cost.files
            state.bytes = cost.bytes
            state.started = .now
        }
    }

    /// Takes bytes that were read.
    func passed(_ bytes: Int64) {
        guard isShown else { return }
        state.withLock { state in
            state.passed += bytes
            guard state.lastShown.map({ $0 + .milliseconds(100) < .now }) ?? true else { return }
            state.lastShown = .now
            state.isLineOpen = true
            StandardStreams.error("\r\u{1B}[2K" + Self.line(state), terminator: "")
        }
    }

    /// Makes room for a line of something else.
    func interrupt() {
        state.withLock { state in
            guard state.isLineOpen else { return }
            state.isLineOpen = false
            StandardStreams.error("\r\u{1B}[2K", terminator: "")
        }
    }

    /// Takes the line away.
    func finish() {
        interrupt()
    }

    private static func line(_ state: State) -> String {
        let share = state.bytes > 0 ? min(1, Double(state.passed) / Double(state.bytes)) : 1
        var line = "\(Int(share * 100)) %, \(state.passed.asSize) of \(state.bytes.asSize)"
        let elapsed = state.started.duration(to: .now) / .seconds(1)
        guard elapsed > 0.5, share > 0 else { return line }
        line += ", \(Int64(Double(state.passed) / elapsed).asSize)/s"
        let left = Int(elapsed / share * (1 - share))
        return line + (left >= 60 ? ", \(left / 60) min left" : ", \(left) s left")
    }
}
