/// How an execution ended.
package struct ExecutionResult: Hashable, Sendable {
    /// The status of an execution that has ended, under the service's names.
    package enum Status: String, Sendable, Codable {
        case succeeded = "SUCCEEDED"
        case failed = "FAILED"
        case timedOut = "TIMED_OUT"
        case aborted = "ABORTED"
    }

    /// How it ended.
    package let status: Status
    /// What it yielded, if it succeeded.
    package let output: JSONValue?
    /// The name of the error, if it failed under one.
    package let error: String?
    /// More about the error.
    package let cause: String?

    init(status: Status, output: JSONValue? = nil, error: String? = nil, cause: String? = nil) {
        self.status = status
        self.output = output
        self.error = error
        self.cause = cause
    }
}

/// Runs a state machine in this process.
///
/// Everything that a state computes is pure; only the steps that take time go through the environment. An interpreter
/// keeps nothing between executions and may run several at once.
package struct Interpreter: Sendable {
    private let definition: StateMachineDefinition
    private let environment: InterpreterEnvironment

    /// Makes an interpreter.
    ///
    /// - Parameters:
    ///   - definition: What to run.
    ///   - environment: What it needs from outside.
    package init(definition: StateMachineDefinition, environment: InterpreterEnvironment) {
        self.definition = definition
        self.environment = environment
    }

    /// Runs one execution to its end.
    ///
    /// Cancelling the surrounding task stops it: calls in flight are cancelled and awaited, and its status is
    /// `aborted`.
    ///
    /// - Parameters:
    ///   - input: The input of the execution.
    ///   - name: The name of the execution.
    /// - Returns: How it ended.
    package func run(input: JSONValue, name: String) async -> ExecutionResult {
        let recorder = EventRecorder(clock: environment.clock, observe: environment.observe)
        let run = MachineRun(
            environment: environment,
            recorder: recorder,
            context: context(input: input, name: name)
        )
        let result = await result(of: run, input: input)
        var details = HistoryEvent.Details()
        details.output = result.output
        details.error = result.error
        details.cause = result.cause
        await recorder.recordEnd(result.status.event, details)
        return result
    }

    private func result(of run: MachineRun, input: JSONValue) async -> ExecutionResult {
        do {
            let timeout = definition.timeoutSeconds.map { Duration.seconds($0) }
            let graph = definition.graph
            let output = try await withTimeout(timeout, clock: environment.clock) {
                try await run.start(graph, input: input)
            }
            return ExecutionResult(status: .succeeded, output: output)
        } catch is TimeoutExpired {
            return ExecutionResult(status: .timedOut, error: ErrorName.timeout.rawValue)
        } catch let failure as StateFailure {
            // A branch that was cancelled may report something else first; being stopped counts more.
            if Task.isCancelled { return ExecutionResult(status: .aborted) }
            let name = failure.error.rawValue
            return ExecutionResult(status: .failed, error: name.isEmpty ? nil : name, cause: failure.cause)
        } catch {
            return ExecutionResult(status: .aborted)
        }
    }

    private func context(input: JSONValue, name: String) -> JSONObject {
        let identity = environment.identity
        return [
            "Execution": .object([
                "Id": .string(identity.executionARN(name)),
                "Input": input,
                "Name": .string(name),
                "RoleArn": .string(identity.roleARN),
                "StartTime": .string(environment.clock.now().description),
                "RedriveCount": 0,
            ]),
            "StateMachine": .object([
                "Id": .string(identity.stateMachineARN),
                "Name": .string(identity.name),
            ]),
        ]
    }
}

extension ExecutionResult.Status {
    /// The type of the last event of an execution that ends so.
    fileprivate var event: HistoryEventType {
        switch self {
        case .succeeded: .executionSucceeded
        case .failed: .executionFailed
        case .timedOut: .executionTimedOut
        case .aborted: .executionAborted
        }
    }
}
