import Foundation
import SyncCore
import Synchronization

/// Shows how a run gets on: one line that changes on a terminal, a line now and then elsewhere.
///
/// It never holds more than some counts: a run of a million files shows as easily as one of ten.
final class ProgressDisplay: Sendable {
    private struct State {
        var vault = ""
        var planned = 0
        var stored = 0
        var bytes: Int64 = 0
        var failed = 0
        /// Files of all vaults.
        var storedInAll = 0
        /// When the first batches of the vault were handed out.
        var started: Duration?
        var lastShown = ContinuousClock.now - .seconds(60)
        var hasOpenLine = false
    }

    private let state = Mutex(State())
    private let isTerminal: Bool
    private let isQuiet: Bool
    private let uptime: @Sendable () -> Duration
    private let write: @Sendable (String) -> Void

    /// Makes a display.
    ///
    /// - Parameters:
    ///   - isQuiet: shows nothing at all.
    ///   - isTerminal: whether a line can be written over.
    ///   - uptime: the time since any fixed moment, for rates.
    ///   - write: puts text out as it is.
    init(
        isQuiet: Bool,
        isTerminal: Bool = StandardStreams.isErrorATerminal,
        uptime: @escaping @Sendable () -> Duration = ObservedProvider.makeUptime(),
        write: @escaping @Sendable (String) -> Void = { StandardStreams.error($0, terminator: "") }
    ) {
        self.isQuiet = isQuiet
        self.isTerminal = isTerminal
        self.uptime = uptime
        self.write = write
    }

    /// Takes an event of the use cases.
    func observe(_ event: SyncEvent) {
        state.withLock { state in
            if isQuiet {
                if case .stored = event { state.storedInAll += 1 }
                return
            }
            switch event {
            case .listed(let vault, let entries):
                closeLine(&state)
                state = State(vault: vault, storedInAll: state.storedInAll)
                write("\(vault): \(entries) entries listed\n")
            case .planned(_, let files, _):
                state.planned += files
                state.started = state.started ?? uptime()
            case .stored(_, _, let bytes):
                state.stored += 1
                state.storedInAll += 1
                state.bytes += bytes
                show(&state)
            case .copied(_, let path):
                closeLine(&state)
                write("  copied   \(path.rawValue.printable)\n")
            case .deleted(_, let path):
                closeLine(&state)
                write("  deleted  \(path.rawValue.printable)\n")
            case .failed(_, let path, let error):
                state.failed += 1
                closeLine(&state)
                write("  failed   \(path.rawValue.printable): \(error.rawValue)\n")
            }
        }
    }

    /// Tells that a step failed for a reason that may pass: the state machine tries it again after a while. How a run
    /// fails in the end is said by whoever ends it.
    ///
    /// - Parameter error: the stable name of the error.
    func showPassingFailure(_ error: SyncError.Name) {
        guard !isQuiet, SyncError(error, "").isRetryable else { return }
        state.withLock { state in
            closeLine(&state)
            write("  a step ended with \(error.rawValue); such a step is tried again after a pause, up to six times\n")
        }
    }

    /// How far the run has come, for its last line when it is stopped.
    var account: String {
        state.withLock { "\($0.storedInAll) \($0.storedInAll == 1 ? "file is" : "files are") stored" }
    }

    /// Ends the changing line.
    func finish() {
        state.withLock { closeLine(&$0) }
    }

    private func show(_ state: inout State) {
        let isDone = state.planned > 0 && state.stored + state.failed >= state.planned
        let interval: Duration = isTerminal ? .milliseconds(50) : .seconds(2)
        guard state.planned > 0, isDone || state.lastShown + interval < .now else { return }
        state.lastShown = .now
        let share = state.planned > 0 ? Double(state.stored) / Double(state.planned) : 1
        // After a redrive more files can arrive than this process has seen planned.
        let filled = Int(min(max(share, 0), 1) * 24)
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 24 - filled)
        var line = "\(state.vault): \(bar) \(state.stored)/\(state.planned) files, \(state.bytes.asSize)"
        // The first moments tell nothing about speed.
        if let elapsed = state.started.map({ uptime() - $0 }), elapsed >= .milliseconds(200) {
            line += ", \(Int64(Double(state.bytes) / (elapsed / .seconds(1))).asSize)/s"
        }
        if isTerminal {
            write("\r\u{1B}[2K" + line)
            state.hasOpenLine = true
        } else {
            write(line + "\n")
        }
    }

    private func closeLine(_ state: inout State) {
        guard state.hasOpenLine else { return }
        state.hasOpenLine = false
        write("\n")
    }
}

extension Int64 {
    /// Such as `5.2 MB`.
    var asSize: String {
        var value = Double(self)
        for unit in ["bytes", "kB", "MB", "GB"] {
            if value < 1000 {
                return unit == "bytes" ? "\(self) bytes" : String(format: "%.1f \(unit)", value)
            }
            value /= 1000
        }
        return String(format: "%.1f TB", value)
    }
}

extension String {
    /// The text without characters that would steer a terminal: names come from outside.
    var printable: String {
        String(String.UnicodeScalarView(unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
    }
}
