import Foundation
import Pipeline
import SyncCore
import Synchronization

/// Shows how a run gets on: one line that changes on a terminal, a line now and then elsewhere.
///
/// Events only change counts; the line is drawn by ``tick()``, which somebody calls as often as ``Screen/interval`` says.
/// It never holds more than some counts: a run of a million files shows as easily as one of ten.
final class ProgressDisplay: Sendable {
    private struct State {
        var vault: VaultProgressLine?
        /// Files of all vaults.
        var storedInAll = 0
        var hasChanged = false
        var hasOpenLine = false
        /// Until when the service was last said to be waited for.
        var waitingUntil: Duration = .zero
        /// How many copies and deletions were named.
        var named = 0
    }

    /// How many copies and deletions are named; the rest are counted.
    private static let mostNames = 20

    private let state = Mutex(State())
    private let screen: Screen
    private let isQuiet: Bool
    private let uptime: @Sendable () -> Duration
    private let write: @Sendable (String) -> Void

    /// Makes a display.
    ///
    /// - Parameters:
    ///   - isQuiet: shows nothing at all.
    ///   - screen: what can be drawn.
    ///   - uptime: the time since any fixed moment, for rates.
    ///   - write: puts text out as it is.
    init(
        isQuiet: Bool,
        screen: Screen = .standardError(),
        uptime: @escaping @Sendable () -> Duration = ObservedProvider.makeUptime(),
        write: @escaping @Sendable (String) -> Void = { StandardStreams.error($0, terminator: "") }
    ) {
        self.isQuiet = isQuiet
        self.screen = screen
        self.uptime = uptime
        self.write = write
    }

    /// Takes an event of the use cases.
    func observe(_ event: SyncEvent) {
        state.withLock { state in
            if case .stored = event { state.storedInAll += 1 }
            guard !isQuiet else { return }
            switch event {
            case .listing(let vault, _), .listed(let vault, _, _, _):
                if state.vault?.name != vault {
                    end(&state)
                    state.vault = VaultProgressLine(name: vault)
                }
            case .copied(_, let path): name("copied ", path, &state)
            case .deleted(_, let path): name("deleted", path, &state)
            case .refusedDeletion(_, let path, let reason): name("cannot delete (\(reason))", path, &state)
            default: break
            }
            state.vault?.note(event, at: uptime())
            state.hasChanged = true
        }
    }

    /// Says something between the lines.
    func say(_ sentence: String) {
        guard !isQuiet else { return }
        state.withLock { state in
            close(&state)
            write("  \(screen.fitted(sentence))\n")
        }
    }

    /// Tells that the service is waited for. Of waits at the same time the longest is told.
    func showWait(_ wait: Duration) {
        let end = uptime() + wait
        let isNews = state.withLock { state in
            guard end > state.waitingUntil + .seconds(1) else { return false }
            state.waitingUntil = end
            return true
        }
        if isNews { say("the service asks to wait; it is asked again in \(wait.inWords)") }
    }

    /// Tells that a step failed for a reason that may pass: the state machine tries it again after a while. How a run
    /// fails in the end is said by whoever ends it.
    ///
    /// - Parameter error: the stable name of the error.
    func showPassingFailure(_ error: SyncError.Name) {
        guard SyncError(error, "").isRetryable else { return }
        say("a step ended with \(error.rawValue); such a step is tried again after a pause, up to six times")
    }

    /// Draws what has changed.
    func tick() {
        guard !isQuiet else { return }
        state.withLock { state in
            guard state.hasChanged, let line = state.vault?.line(screen, at: uptime()) else { return }
            state.hasChanged = false
            if screen.canRedraw {
                write("\r\u{1B}[2K" + line)
                state.hasOpenLine = true
            } else {
                write(line + "\n")
            }
        }
    }

    /// Draws what has changed, again and again, until the task is cancelled.
    func keepDrawing() async {
        while (try? await Task.sleep(for: screen.interval)) != nil { tick() }
    }

    /// How far the run has come, for its last line when it is stopped.
    var account: String {
        state.withLock { "\($0.storedInAll.grouped) \($0.storedInAll == 1 ? "file is" : "files are") stored" }
    }

    /// Ends the changing line with what became of the vault.
    func finish() {
        state.withLock { end(&$0) }
    }

    private func end(_ state: inout State) {
        guard let vault = state.vault else { return }
        state.vault = nil
        state.hasChanged = false
        if state.hasOpenLine { write("\r\u{1B}[2K") }
        state.hasOpenLine = false
        write(vault.lastLine(screen) + "\n")
    }

    private func close(_ state: inout State) {
        guard state.hasOpenLine else { return }
        state.hasOpenLine = false
        write("\r\u{1B}[2K")
    }

    private func name(_ what: String, _ path: VaultPath, _ state: inout State) {
        guard state.named < Self.mostNames else { return }
        state.named += 1
        close(&state)
        write("  \(what)  \(screen.fitted(path.rawValue.printable))\n")
        if state.named == Self.mostNames { write("  more are counted only\n") }
    }
}

extension Int64 {
    /// Such as `5.2 MB`.
    var asSize: String {
        var value = Double(self)
        for unit in ["bytes", "kB", "MB", "GB"] {
            if value < 1000 {
                return unit == "bytes" ? Int(self).counted("byte") : String(format: "%.1f \(unit)", value)
            }
            value /= 1000
        }
        return String(format: "%.1f TB", value)
    }
}
