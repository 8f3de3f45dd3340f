import Foundation
import StateMachine
import SyncCore
import Synchronization

/// Shows how an execution on AWS gets on: a line for what happens, and on a terminal one that changes.
///
///     signed in
///     page 1: 5 batches, 412 files
///       5 batches worked off
///     page 2: nothing more to fetch
final class FollowDisplay: Sendable {
    private struct State {
        var pages = 0
        var batches = 0
        var batchesDone = 0
        var batchesFailed = 0
        /// The vaults of the batches that were handed out, the newest last.
        var vaults: [VaultID] = []
        /// The state that each line of execution is in.
        var states: [[Int]: String] = [:]
        var lastProgress: String?
        var hasOpenLine = false
    }

    private let state = Mutex(State())
    private let isQuiet: Bool
    private let screen: Screen
    private let write: @Sendable (String) -> Void

    /// Makes a display.
    init(
        isQuiet: Bool,
        screen: Screen = .standardError(),
        write: @escaping @Sendable (String) -> Void = { StandardStreams.error($0, terminator: "") }
    ) {
        self.isQuiet = isQuiet
        self.screen = screen
        self.write = write
    }

    /// The vaults whose files were handed out.
    var vaults: [VaultID] { state.withLock { $0.vaults } }

    /// Takes an event of the history.
    func observe(_ event: HistoryEvent) {
        state.withLock { state in
            if event.type.rawValue.hasSuffix("StateEntered") { state.states[event.line] = event.details.name }
            let place = state.states[event.line]
            switch event.type {
            case .taskSucceeded where place == "Authenticate": line("signed in", &state)
            case .taskSucceeded where place == "List": page(event.details.output?["Payload"], &state)
            case .taskFailed, .taskTimedOut: failure(event, place, &state)
            case .mapIterationSucceeded: state.batchesDone += 1
            case .mapIterationFailed, .mapIterationAborted: state.batchesFailed += 1
            case .mapStateSucceeded: batches(&state)
            case .executionRedriven: line("goes on where it ended", &state)
            default: break
            }
        }
    }

    /// Shows what the records tell of the vault at hand.
    func show(_ progress: VaultProgress, of vault: String) {
        guard progress.phase != .completed, progress.phase != .failed else { return }
        state.withLock { state in
            var text = "\(vault.printable): \(progress.phase.rawValue)"
            if progress.filesTotal > 0 {
                text += ", \(progress.filesComplete.grouped) of \(progress.filesTotal.grouped) files"
            }
            if progress.bytesTotal > 0 {
                text += ", \(progress.bytesComplete.asSize) of \(progress.bytesTotal.asSize)"
            }
            guard text != state.lastProgress else { return }
            state.lastProgress = text
            guard screen.canRedraw else { return line(text, &state) }
            guard !isQuiet else { return }
            write("\r\u{1B}[2K  " + screen.fitted(text))
            state.hasOpenLine = true
        }
    }

    /// Says something between the lines.
    func say(_ sentence: String) {
        state.withLock { line(sentence, &$0) }
    }

    /// Ends the line that changes.
    func finish() {
        state.withLock { close(&$0) }
    }

    private func page(_ answer: JSONValue?, _ state: inout State) {
        guard answer?["next"]?.string == "work", let batches = answer?["batches"]?.array else {
            return line("page \(state.pages + 1): nothing more to fetch", &state)
        }
        state.pages += 1
        state.batches = batches.count
        (state.batchesDone, state.batchesFailed) = (0, 0)
        for id in batches.compactMap({ $0["vault_id"]?.string.flatMap { VaultID($0) } }) where state.vaults.last != id {
            state.vaults.removeAll { $0 == id }
            state.vaults.append(id)
        }
        let files = batches.reduce(0) { $0 + (($1["files"]?.integer).flatMap { Int(exactly: $0) } ?? 0) }
        let count = batches.count.counted("batch", plural: "batches")
        line("page \(state.pages): \(count), \(files.counted("file", plural: "files"))", &state)
    }

    private func batches(_ state: inout State) {
        let done = state.batchesDone.counted("batch", plural: "batches")
        let failed = state.batchesFailed == 0 ? "" : ", \(state.batchesFailed) failed"
        line("  \(done) worked off\(failed)", &state)
    }

    private func failure(_ event: HistoryEvent, _ place: String?, _ state: inout State) {
        let error = event.details.error?.printable ?? "a time-out"
        let cause = event.details.cause.flatMap { try? FunctionJSON.decode(FailureCause.self, from: $0.utf8) }
        let which = event.line.first.map { ", batch \($0 + 1) of the page" } ?? ""
        line("\(place ?? "a step")\(which): \(error)" + (cause.map { ": \($0.errorMessage.printable)" } ?? ""), &state)
    }

    private func line(_ text: String, _ state: inout State) {
        guard !isQuiet else { return }
        close(&state)
        write("  \(screen.fitted(text))\n")
    }

    private func close(_ state: inout State) {
        guard state.hasOpenLine else { return }
        state.hasOpenLine = false
        write("\r\u{1B}[2K")
    }
}
