import StateMachine
import SyncCore

/// What the histories of a run's executions add up to. Events are taken one after the other, and only sums are kept, with
/// one small entry a batch.
struct RunHistory {
    /// What happened in one state.
    struct StateTotals {
        var entered = 0
        /// Attempts that failed.
        var failures = 0
        /// From entering to leaving, all times together.
        var time: Duration = .zero
    }

    /// A step from one state to another.
    struct Step: Hashable {
        /// Nil at the beginning.
        var from: String?
        var to: String
    }

    /// One batch that a downloader worked off, from the first attempt to the last.
    struct Batch {
        var began: StateMachine.Timestamp
        var ended: StateMachine.Timestamp?
        /// Files that it stored, and their bytes.
        var files = 0
        var bytes: Int64 = 0
        /// Files that failed.
        var failed = 0
        /// Attempts that failed as a whole.
        var failures = 0
        /// The batch's number within its vault's pass.
        var number: Int?
        var vault: String?
    }

    /// An attempt that failed.
    struct Failure {
        var time: StateMachine.Timestamp
        var state: String
        /// The batch's number within its vault's pass.
        var batch: Int?
        var error: String
        var message: String
    }

    /// What the authenticator said of the token.
    struct Token {
        var checked: StateMachine.Timestamp
        var provider: String?
        /// ISO 8601.
        var expires: String?
        var secretVersion: String?
    }

    private static let mostFailures = 200

    private(set) var states: [String: StateTotals] = [:]
    private(set) var steps: [Step: Int] = [:]
    private(set) var batches: [Batch] = []
    private(set) var failures: [Failure] = []
    private(set) var failureCount = 0
    private(set) var tokens: [Token] = []
    private(set) var redrives = 0
    private(set) var pages = 0
    private(set) var events = 0
    /// The last state of the machine's own line.
    private(set) var lastState: String?

    /// Where a line of execution stands.
    private struct Line {
        var state: String?
        var entered: StateMachine.Timestamp?
        /// The state that was left last.
        var left: String?
        /// The batch that it works on, by its position.
        var batch: Int?
    }

    private var lines: [[Int]: Line] = [:]

    /// Begins with the next execution of the run.
    mutating func beginExecution() {
        lines = [:]
    }

    /// Takes an event.
    mutating func take(_ event: HistoryEvent) {
        events += 1
        let type = event.type.rawValue
        if type.hasSuffix("StateEntered") { return enter(event) }
        if type.hasSuffix("StateExited") { return leave(event) }
        switch event.type {
        case .mapIterationStarted: lines[event.line] = Line()
        case .mapIterationSucceeded, .mapIterationFailed, .mapIterationAborted: end(event)
        case .taskSucceeded, .lambdaFunctionSucceeded: succeed(event)
        case .taskFailed, .taskTimedOut, .lambdaFunctionFailed, .lambdaFunctionTimedOut: fail(event)
        case .executionRedriven: redrives += 1
        default: break
        }
    }

    private mutating func enter(_ event: HistoryEvent) {
        guard let name = event.details.name else { return }
        var line = lines[event.line] ?? Line()
        states[name, default: StateTotals()].entered += 1
        steps[Step(from: line.left, to: name), default: 0] += 1
        line.state = name
        line.entered = event.timestamp
        if event.line.isEmpty { lastState = name }
        if !event.line.isEmpty, line.batch == nil, let batch = event.details.input?["batch"] {
            line.batch = batches.count
            batches.append(
                Batch(
                    began: event.timestamp,
                    number: batch["number"]?.integer.flatMap { Int(exactly: $0) },
                    vault: batch["vault_id"]?.string
                )
            )
        }
        lines[event.line] = line
    }

    private mutating func leave(_ event: HistoryEvent) {
        guard let name = event.details.name, var line = lines[event.line] else { return }
        if let entered = line.entered {
            states[name, default: StateTotals()].time += max(.zero, event.timestamp.duration(since: entered))
        }
        (line.left, line.state, line.entered) = (name, nil, nil)
        lines[event.line] = line
    }

    private mutating func end(_ event: HistoryEvent) {
        // Of a Map's item the service tells the end in the item's line, the local engine too.
        if let batch = lines[event.line]?.batch { batches[batch].ended = event.timestamp }
        lines[event.line] = nil
    }

    private mutating func succeed(_ event: HistoryEvent) {
        guard let answer = event.details.output?["Payload"], let line = lines[event.line] else { return }
        if let index = line.batch {
            batches[index].files += answer["files"]?.integer.flatMap { Int(exactly: $0) } ?? 0
            batches[index].bytes += answer["bytes"]?.integer ?? 0
            batches[index].failed = answer["failed"]?.integer.flatMap { Int(exactly: $0) } ?? 0
        } else if answer["secret_version"] != nil, answer["provider"] != nil {
            tokens.append(
                Token(
                    checked: event.timestamp,
                    provider: answer["provider"]?.string,
                    expires: answer["expires_at"]?.string,
                    secretVersion: answer["secret_version"]?.string
                )
            )
        } else if answer["next"]?.string == "work" {
            pages += 1
        }
    }

    private mutating func fail(_ event: HistoryEvent) {
        let line = lines[event.line]
        let state = line?.state ?? "?"
        states[state, default: StateTotals()].failures += 1
        if let batch = line?.batch { batches[batch].failures += 1 }
        failureCount += 1
        guard failures.count < Self.mostFailures else { return }
        let cause = event.details.cause.flatMap { try? FunctionJSON.decode(FailureCause.self, from: $0.utf8) }
        failures.append(
            Failure(
                time: event.timestamp,
                state: state,
                batch: line?.batch.flatMap { batches[$0].number },
                error: event.details.error ?? "States.Timeout",
                message: cause?.errorMessage ?? ""
            )
        )
    }
}

extension RunHistory {
    /// Reads the histories of all executions of a run.
    ///
    /// - Parameters:
    ///   - chain: the executions, the oldest first.
    ///   - archive: where they are.
    /// - Returns: what they add up to.
    /// - Throws: what the archive throws.
    static func read(_ chain: [ExecutionRecord], in archive: any ExecutionArchive) async throws -> RunHistory {
        let box = Box()
        for record in chain {
            box.history.beginExecution()
            try await archive.forEachEvent(of: record) { box.history.take($0) }
        }
        return box.history
    }

    /// What the closure of the archive changes.
    private final class Box {
        var history = RunHistory()
    }
}
