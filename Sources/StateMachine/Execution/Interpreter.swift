/// How an execution ended.
package struct ExecutionResult: Hashable, Sendable {
    /// The status of an execution that has ended, under the service's names.
    package enum Status: String, Sendable {
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

    /// Describes an end.
    ///
    /// - Parameters:
    ///   - status: How it ended.
    ///   - output: What it yielded, if it succeeded.
    ///   - error: The name of the error, if it failed under one.
    ///   - cause: More about the error.
    package init(status: Status, output: JSONValue? = nil, error: String? = nil, cause: String? = nil) {
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

    /// Runs one execution from its first state to its end.
    ///
    /// Cancelling the surrounding task stops it: calls in flight are cancelled and awaited, and its status is
    /// `aborted`.
    ///
    /// - Parameters:
    ///   - input: The input of the execution.
    ///   - name: The name of the execution.
    /// - Returns: How it ended.
    package func run(input: JSONValue, name: String) async -> ExecutionResult {
        var details = HistoryEvent.Details()
        details.input = input
        let recorder = makeRecorder(lastID: 0)
        let progress = ExecutionProgress(name: name, input: input, started: environment.clock.now())
        let first = NewEvent(type: .executionStarted, details: details)
        return await end(recorder) {
            var progress = progress
            progress.lastEventID = try await recorder.record([first], of: [], after: 0)
            return try await run(progress, recorder)
        }
    }

    /// Runs an execution from where it stands to its end.
    ///
    /// A state that was entered and not left is run again with its input, without being entered once more; inside a
    /// Parallel or Map state only the lines that have not ended are, each from the state where it stood.
    ///
    /// - Parameter progress: What the history tells of the execution so far.
    /// - Returns: How it ended.
    package func resume(_ progress: ExecutionProgress) async -> ExecutionResult {
        let recorder = makeRecorder(lastID: progress.lastEventID)
        return await end(recorder) { try await run(progress, recorder) }
    }

    private func makeRecorder(lastID: Int) -> EventRecorder {
        EventRecorder(
            clock: environment.clock,
            lastID: lastID,
            keep: environment.keep,
            observe: environment.observe
        )
    }

    private func run(_ progress: ExecutionProgress, _ recorder: EventRecorder) async throws -> JSONValue {
        let run = MachineRun(environment: environment, recorder: recorder, context: context(of: progress))
        let graph = definition.graph
        return try await withTimeout(
            definition.timeoutSeconds.map { Duration.seconds($0) },
            clock: environment.clock
        ) {
            try await run.start(graph, from: progress)
        }
    }

    /// Runs `body` and records how it ended.
    private func end(_ recorder: EventRecorder, _ body: () async throws -> JSONValue) async -> ExecutionResult {
        let result = await Self.result(of: body)
        var details = HistoryEvent.Details()
        details.output = result.output
        details.error = result.error
        details.cause = result.cause
        do {
            try await recorder.recordEnd(NewEvent(type: result.status.event, details: details))
        } catch {
            return ExecutionResult(
                status: .failed,
                error: ErrorName.runtime.rawValue,
                cause: "The end of the execution cannot be kept."
            )
        }
        return result
    }

    private static func result(of body: () async throws -> JSONValue) async -> ExecutionResult {
        do {
            return ExecutionResult(status: .succeeded, output: try await body())
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

    private func context(of progress: ExecutionProgress) -> JSONObject {
        let identity = environment.identity
        var execution: JSONObject = [
            "Id": .string(identity.executionARN(progress.name)),
            "Input": progress.input,
            "Name": .string(progress.name),
            "RoleArn": .string(identity.roleARN),
            "StartTime": .string(progress.started.description),
            "RedriveCount": .integer(Int64(progress.redriveCount)),
        ]
        if let redriven = progress.redriven { execution["RedriveTime"] = .string(redriven.description) }
        return [
            "Execution": .object(execution),
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
