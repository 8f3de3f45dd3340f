import FoundationEssentials

/// The time that an interpreter goes by.
package protocol InterpreterClock: Sendable {
    /// The wall-clock time.
    func now() -> Timestamp

    /// Suspends for a duration.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func sleep(for duration: Duration) async throws
}

/// The machine's own time.
package struct SystemInterpreterClock: InterpreterClock {
    /// Makes the clock.
    package init() {}

    package func now() -> Timestamp {
        let seconds = Date().timeIntervalSince1970
        let whole = seconds.rounded(.down)
        return Timestamp(
            secondsSinceEpoch: Int64(whole),
            nanoseconds: min(999_999_999, Int64((seconds - whole) * 1_000_000_000))
        )
    }

    package func sleep(for duration: Duration) async throws {
        try await Task.sleep(for: duration, clock: .continuous)
    }
}

/// Who an execution belongs to, as the context object tells it.
package struct StateMachineIdentity: Hashable, Sendable {
    /// The ARN of the state machine.
    package var stateMachineARN: String
    /// The name of the state machine.
    package var name: String
    /// The ARN of the role that executions take.
    package var roleARN: String

    /// Describes a state machine.
    ///
    /// - Parameters:
    ///   - stateMachineARN: The ARN of the state machine.
    ///   - name: Its name.
    ///   - roleARN: The ARN of the role that executions take.
    package init(stateMachineARN: String, name: String, roleARN: String) {
        self.stateMachineARN = stateMachineARN
        self.name = name
        self.roleARN = roleARN
    }

    /// A state machine that exists on this computer only.
    package static func local(_ name: String) -> StateMachineIdentity {
        StateMachineIdentity(
            stateMachineARN: "arn:aws:states:local:000000000000:stateMachine:\(name)",
            name: name,
            roleARN: "arn:aws:iam::000000000000:role/\(name)"
        )
    }

    /// The ARN of an execution.
    func executionARN(_ execution: String) -> String {
        let parts = stateMachineARN.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let renamed = parts.map { $0 == "stateMachine" ? "execution" : $0 }
        return renamed.joined(separator: ":") + ":" + execution
    }
}

/// All that an interpreter needs from outside.
package struct InterpreterEnvironment: Sendable {
    /// Who the executions belong to.
    package var identity: StateMachineIdentity
    /// The time to go by.
    package var clock: any InterpreterClock
    /// Randomness and hashing.
    package var functions: IntrinsicEnvironment
    /// Calls a function with an event and returns its answer.
    ///
    /// A `TaskFailure` that it throws fails the task under its name; any other error does as `States.TaskFailed`. It
    /// is cancelled when the task is timed out or the execution is stopped, and must then return soon.
    package var invokeFunction: @Sendable (FunctionReference, JSONValue) async throws -> JSONValue
    /// Starts another execution and returns the service's answer, with the same errors as a function.
    package var startExecution: @Sendable (StartExecutionRequest) async throws -> JSONValue
    /// Keeps events, all or none, before the execution goes on: what it was told is what a redrive knows.
    ///
    /// It is called for a few events at a time, also after the surrounding task was cancelled, and must not fail for
    /// that. What it throws fails the execution under `States.Runtime`.
    package var keep: @Sendable ([HistoryEvent]) async throws -> Void
    /// Is told of each event, in the order of their numbers; the execution goes on when it returns.
    package var observe: @Sendable (HistoryEvent) async -> Void

    /// Gathers what an interpreter needs.
    ///
    /// - Parameters:
    ///   - identity: Who the executions belong to.
    ///   - clock: The time to go by.
    ///   - functions: Randomness and hashing.
    ///   - invokeFunction: Calls a function with an event and returns its answer.
    package init(
        identity: StateMachineIdentity,
        clock: any InterpreterClock,
        functions: IntrinsicEnvironment,
        invokeFunction: @escaping @Sendable (FunctionReference, JSONValue) async throws -> JSONValue
    ) {
        self.identity = identity
        self.clock = clock
        self.functions = functions
        self.invokeFunction = invokeFunction
        startExecution = { _ in
            throw TaskFailure(error: ErrorName.taskFailed.rawValue, cause: "No execution can be started from here.")
        }
        keep = { _ in }
        observe = { _ in }
    }
}
