extension MachineRun {
    /// Runs a Task state once.
    func call(
        _ task: TaskDefinition,
        of state: State,
        in scope: Scope,
        _ track: inout Track
    ) async throws -> JSONValue {
        let arguments = try state.arguments(in: scope)
        let call = try TaskCall(task.target, arguments: arguments)
        var limit: Int64?
        if let timeout = task.timeout {
            let scope = scope.with(input: try state.effectiveInput(in: scope))
            limit = try scope.integer(timeout, field: "TimeoutSecondsPath", in: 1...99_999_999)
        }
        let events = TaskEvents(task.target)
        var details = HistoryEvent.Details()
        details.resource = task.resource
        details.input = arguments
        details.timeoutSeconds = limit
        try await record(events.scheduled, details, &track)
        details = HistoryEvent.Details()
        details.resource = task.resource
        try await record(events.started, details, &track)
        let result = await perform(call, limit: limit)
        switch result {
        case .success(let output):
            details.output = output
            try await record(events.succeeded, details, &track)
            return output
        case .failure(let failure):
            try Task.checkCancellation()
            details.error = failure.error.rawValue
            details.cause = failure.cause
            try await record(failure.error == .timeout ? events.timedOut : events.failed, details, &track)
            throw failure
        }
    }

    private func perform(_ call: TaskCall, limit: Int64?) async -> Result<JSONValue, StateFailure> {
        let environment = environment
        do {
            let output = try await withTimeout(limit.map { .seconds($0) }, clock: environment.clock) {
                try await call.perform(in: environment)
            }
            return .success(try output.withinLimit("The task's result"))
        } catch is TimeoutExpired {
            return .failure(StateFailure(error: .timeout, cause: nil))
        } catch let failure as StateFailure {
            return .failure(failure)
        } catch let failure as TaskFailure {
            return .failure(StateFailure(error: ErrorName(failure.error), cause: failure.cause))
        } catch {
            // Only the type: a description could hold anything, and causes are stored.
            return .failure(StateFailure(error: .taskFailed, cause: String(describing: type(of: error))))
        }
    }
}

/// The types of event that a target's calls leave in the history.
private struct TaskEvents {
    let scheduled, started, succeeded, failed, timedOut: HistoryEventType

    init(_ target: TaskDefinition.Target) {
        if case .function = target {
            scheduled = .lambdaFunctionScheduled
            started = .lambdaFunctionStarted
            succeeded = .lambdaFunctionSucceeded
            failed = .lambdaFunctionFailed
            timedOut = .lambdaFunctionTimedOut
        } else {
            scheduled = .taskScheduled
            started = .taskStarted
            succeeded = .taskSucceeded
            failed = .taskFailed
            timedOut = .taskTimedOut
        }
    }
}

/// A call with all its arguments.
private enum TaskCall: Sendable {
    case function(FunctionReference, JSONValue)
    case lambdaInvoke(FunctionReference, JSONValue)
    case startExecution(StartExecutionRequest)

    init(_ target: TaskDefinition.Target, arguments: JSONValue) throws(StateFailure) {
        switch target {
        case .function(let function):
            self = .function(function, arguments)
        case .lambdaInvoke:
            let name = try Self.text("FunctionName", in: arguments) ?? ""
            guard let function = FunctionReference(name, qualifier: try Self.text("Qualifier", in: arguments)) else {
                throw StateFailure(error: .taskFailed, cause: "'\(name)' does not name a function")
            }
            self = .lambdaInvoke(function, arguments["Payload"] ?? .object(JSONObject()))
        case .startExecution(let waits):
            let request = StartExecutionRequest(
                stateMachineARN: try Self.text("StateMachineArn", in: arguments) ?? "",
                name: try Self.text("Name", in: arguments),
                input: arguments["Input"] ?? .object(JSONObject()),
                waitsForCompletion: waits
            )
            self = .startExecution(request)
        }
    }

    private static func text(_ field: String, in arguments: JSONValue) throws(StateFailure) -> String? {
        guard let value = arguments[field] else { return nil }
        guard let text = value.string else {
            throw StateFailure(error: .runtime, cause: "The parameter '\(field)' must be a string, not \(value)")
        }
        return text
    }

    func perform(in environment: InterpreterEnvironment) async throws -> JSONValue {
        switch self {
        case .function(let function, let event):
            return try await environment.invokeFunction(function, event)
        case .lambdaInvoke(let function, let event):
            let payload = try await environment.invokeFunction(function, event)
            return .object(["ExecutedVersion": "$LATEST", "Payload": payload, "StatusCode": 200])
        case .startExecution(let request):
            return try await environment.startExecution(request)
        }
    }
}
