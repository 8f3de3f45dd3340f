import Foundation
import Synchronization
import UnixSignals

/// A signal's request to end a command.
///
/// After the first signal no step of the work begins any more, and those that are under way have some seconds to end.
/// Then the work is cancelled. A second signal ends the process at once.
final class Interruption: Sendable {
    private struct State {
        var signal: UnixSignal?
        var stepsUnderWay = 0
        /// Finished when a signal arrives.
        var waitingForSignal: [AsyncStream<Never>.Continuation] = []
        /// Finished when, after a signal, no step is under way.
        var waitingForSteps: [AsyncStream<Never>.Continuation] = []
        /// What a process that has to leave its work behind says of it.
        var account: @Sendable () -> String? = { nil }
    }

    private let state = Mutex(State())

    /// Whether a signal has arrived.
    var isRequested: Bool { signal != nil }

    /// The signal that has arrived.
    var signal: UnixSignal? { state.withLock { $0.signal } }

    /// Tells from now on how far the work has come, for the last line of a process that is stopped.
    func accounting(_ account: @escaping @Sendable () -> String?) {
        state.withLock { $0.account = account }
    }

    /// How far the work has come, as somebody else tells it.
    var account: String? { state.withLock { $0.account }() }

    /// Runs one step of the work. A step that would begin after a signal waits to be cancelled instead.
    func step<Result>(_ body: () async throws -> Result) async throws -> Result {
        let begins = state.withLock { state in
            guard state.signal == nil else { return false }
            state.stepsUnderWay += 1
            return true
        }
        guard begins else {
            try await Task.sleep(for: .seconds(3600))
            throw CancellationError()
        }
        defer { endStep() }
        return try await body()
    }

    private func endStep() {
        state.withLock { state in
            state.stepsUnderWay -= 1
            guard state.signal != nil, state.stepsUnderWay == 0 else { return }
            for waiting in state.waitingForSteps { waiting.finish() }
            state.waitingForSteps = []
        }
    }

    /// Asks for the end of the work.
    func request(_ signal: UnixSignal) {
        state.withLock { state in
            state.signal = state.signal ?? signal
            for waiting in state.waitingForSignal { waiting.finish() }
            state.waitingForSignal = []
        }
    }

    /// Returns after a signal, or when the task is cancelled.
    fileprivate func waitForSignal() async {
        let (arrival, waiting) = AsyncStream<Never>.makeStream()
        state.withLock { state in
            if state.signal == nil { state.waitingForSignal.append(waiting) } else { waiting.finish() }
        }
        for await _ in arrival {}
    }

    /// Returns when no step is under way, or when the task is cancelled.
    fileprivate func waitForSteps() async {
        let (end, waiting) = AsyncStream<Never>.makeStream()
        state.withLock { state in
            if state.stepsUnderWay > 0 { state.waitingForSteps.append(waiting) } else { waiting.finish() }
        }
        for await _ in end {}
    }
}

/// How a command ends that a signal has stopped.
struct Interrupted: Error, CustomStringConvertible {
    let signal: UnixSignal
    /// How far the work came.
    let account: String?

    /// The exit status, as a shell gives it.
    var status: Int32 { 128 + signal.rawValue }

    var description: String {
        "stopped by \(signal)" + (account.map { ": \($0)" } ?? "") + "; the same command goes on from here"
    }
}

extension Interruption {
    /// For how long steps that are under way may go on after a signal.
    static let patience: Duration = .seconds(7)
    /// When the process ends after a signal, whatever it does.
    static let limit: Duration = .milliseconds(9500)

    /// The signals that ask for an end, but for those that whoever started the process has switched off, as `nohup` does.
    private static var trapped: [UnixSignal] {
        [.sigint, .sigterm, .sighup].filter { !isIgnored($0.rawValue) }
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// Runs the work of a command, and ends it in good order when a signal asks for that.
    ///
    /// - Parameter body: the work; it is cancelled when its steps take too long after a signal.
    /// - Returns: what `body` returns, also when that is after a signal.
    /// - Throws: ``Interrupted`` when `body` did not come to its end because of a signal; otherwise what it throws.
    func during<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
        let signals = await UnixSignalsSequence(trapping: Self.trapped)
        do {
            return try await withThrowingTaskGroup(of: Result?.self) { group in
                group.addTask { try await self.untilStopped(body) }
                group.addTask { await self.obey(signals) }
                group.addTask { await self.endWhenOverdue() }
                defer { group.cancelAll() }
                while let next = try await group.next() {
                    if let result = next { return result }
                }
                throw CancellationError()
            }
        } catch {
            guard let signal else { throw error }
            throw Interrupted(signal: signal, account: account)
        }
    }

    /// Runs `body`; after a signal it is cancelled as soon as no step is under way or they take too long.
    private func untilStopped<Result: Sendable>(
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result? {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                await self.waitForSignal()
                await self.waitAWhileForSteps()
                return nil
            }
            defer { group.cancelAll() }
            if let result = try await group.next() ?? nil { return result }
            group.cancelAll()
            // It may have come to its end all the same.
            guard let result = try await group.next() ?? nil else { throw CancellationError() }
            return result
        }
    }

    private func waitAWhileForSteps() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.waitForSteps() }
            group.addTask { try? await Task.sleep(for: Self.patience) }
            await group.next()
            group.cancelAll()
        }
    }

    private func obey<Result>(_ signals: UnixSignalsSequence) async -> Result? {
        for await signal in signals {
            if isRequested { _exit(128 + signal.rawValue) }
            request(signal)
        }
        return nil
    }

    /// Ends the process when it has not ended by itself in time.
    private func endWhenOverdue<Result>() async -> Result? {
        await waitForSignal()
        guard let signal, (try? await Task.sleep(for: Self.limit)) != nil else { return nil }
        let interrupted = Interrupted(signal: signal, account: account)
        StandardStreams.error("obsync: \(interrupted)")
        _exit(interrupted.status)
    }
}
