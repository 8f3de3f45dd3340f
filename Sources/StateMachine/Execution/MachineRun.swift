/// Where one line of execution stands: the machine's own, a branch's or an iteration's.
struct Track: Sendable {
    /// The number of its last event.
    var lastEvent = 0
    /// The variables that it sees and may set.
    var variables: [String: JSONValue] = [:]
    /// The item of the innermost Map, for the context object.
    var mapItem: JSONValue?
}

/// One execution while it runs.
struct MachineRun: Sendable {
    let environment: InterpreterEnvironment
    let recorder: EventRecorder
    /// What the context object says of the execution and the machine.
    let context: JSONObject

    /// Runs the machine.
    ///
    /// - Throws: `StateFailure`, or `CancellationError` when it was stopped.
    func start(_ graph: StateGraph, input: JSONValue) async throws -> JSONValue {
        var details = HistoryEvent.Details()
        details.input = input
        _ = try await recorder.record(.executionStarted, after: 0, details)
        var track = Track()
        return try await run(graph, input: try input.withinLimit("The execution's input"), track: &track)
    }

    /// Runs a graph from its first state to an end.
    func run(_ graph: StateGraph, input: JSONValue, track: inout Track) async throws -> JSONValue {
        var name: String? = graph.startAt
        var value = input
        while let current = name {
            guard let state = graph[current] else {
                throw StateFailure(error: .runtime, cause: "There is no state '\(current)'.")
            }
            try Task.checkCancellation()
            (value, name) = try await run(state, input: value, track: &track)
        }
        return value
    }

    /// Runs a state; returns its output and the state that follows, if any.
    private func run(_ state: State, input: JSONValue, track: inout Track) async throws -> (JSONValue, String?) {
        let scope = scope(of: state, input: input, track: track)
        var details = HistoryEvent.Details()
        details.name = state.name
        details.input = input
        try await record(.entered(state.kind), details, &track)
        let (outcome, next) = try await perform(state, scope, &track)
        details.input = nil
        details.output = outcome.output
        if outcome.assigned.count > 0 { details.assigned = .object(outcome.assigned) }
        try await record(.exited(state.kind), details, &track)
        for (name, value) in outcome.assigned { track.variables[name] = value }
        return (outcome.output, next)
    }

    private func perform(
        _ state: State,
        _ scope: Scope,
        _ track: inout Track
    ) async throws -> (StateOutcome, String?) {
        switch state.behaviour {
        case .pass(let result):
            let arguments = try state.arguments(in: scope)
            return (try state.outcome(of: result ?? arguments, in: scope), state.next)
        case .choice(let rules, let fallback):
            return try choose(state, rules, fallback, scope)
        case .wait(let definition):
            let effective = try state.effectiveInput(in: scope)
            let duration = try definition.duration(in: scope.with(input: effective), now: environment.clock.now())
            if duration > .zero { try await environment.clock.sleep(for: duration) }
            return (try state.passed(effective, assign: state.assign, in: scope), state.next)
        case .succeed:
            return (try state.passed(try state.effectiveInput(in: scope), assign: nil, in: scope), nil)
        case .fail(let definition):
            throw try definition.failure(in: scope)
        case .task, .parallel, .map:
            return try await attempt(state, scope, &track)
        }
    }

    private func choose(
        _ state: State,
        _ rules: [ChoiceRule],
        _ fallback: String?,
        _ scope: Scope
    ) throws -> (StateOutcome, String?) {
        let effective = try state.effectiveInput(in: scope)
        let inner = scope.with(input: effective)
        for rule in rules where try rule.condition.holds(in: inner) {
            return (try state.passed(effective, assign: rule.assign, in: scope), rule.next)
        }
        guard let fallback else {
            throw StateFailure(error: .noChoiceMatched, cause: "No rule of '\(state.name)' matched.")
        }
        return (try state.passed(effective, assign: state.assign, in: scope), fallback)
    }

    /// Tries a state as often as its retriers say, and goes where a catcher says.
    private func attempt(
        _ state: State,
        _ scope: Scope,
        _ track: inout Track
    ) async throws -> (StateOutcome, String?) {
        var scope = scope
        var used = state.retriers.map { _ in Int64(0) }
        while true {
            do {
                let result = try await result(of: state, in: scope, &track)
                return (try state.outcome(of: result, in: scope), state.next)
            } catch let failure as StateFailure {
                try Task.checkCancellation()
                if let index = state.retriers.firstIndex(where: { $0.errors.contains { $0.matches(failure.error) } }),
                    used[index] < state.retriers[index].maxAttempts
                {
                    let delay = state.retriers[index].delay(after: used[index], random: environment.functions.random)
                    used[index] += 1
                    if delay > .zero { try await environment.clock.sleep(for: delay) }
                    scope.context = context(of: state, track, retryCount: used.reduce(0, +), scope.context)
                } else if let catcher = state.catchers.first(where: { $0.errors.contains { $0.matches(failure.error) } }
                ) {
                    return (try state.caught(failure, by: catcher, in: scope), catcher.next)
                } else {
                    throw failure
                }
            }
        }
    }

    private func result(of state: State, in scope: Scope, _ track: inout Track) async throws -> JSONValue {
        switch state.behaviour {
        case .task(let task): try await call(task, of: state, in: scope, &track)
        case .parallel(let branches): try await branch(branches, of: state, in: scope, &track)
        case .map(let map): try await iterate(map, of: state, in: scope, &track)
        default: throw StateFailure(error: .runtime, cause: "The state '\(state.name)' cannot be tried again.")
        }
    }
}

extension MachineRun {
    /// Records an event of a line of execution.
    func record(
        _ type: HistoryEventType,
        _ details: HistoryEvent.Details,
        _ track: inout Track
    ) async throws {
        track.lastEvent = try await recorder.record(type, after: track.lastEvent, details)
    }

    private func scope(of state: State, input: JSONValue, track: Track) -> Scope {
        Scope(
            input: input,
            context: context(of: state, track, retryCount: 0, nil),
            variables: track.variables,
            functions: environment.functions
        )
    }

    /// The context object of a state; the time of entering is that of the attempt before, if there was one.
    private func context(of state: State, _ track: Track, retryCount: Int64, _ previous: JSONValue?) -> JSONValue {
        var object = context
        object["State"] = .object([
            "EnteredTime": previous?["State"]?["EnteredTime"] ?? .string(environment.clock.now().description),
            "Name": .string(state.name),
            "RetryCount": .integer(retryCount),
        ])
        if let mapItem = track.mapItem { object["Map"] = .object(["Item": mapItem]) }
        return .object(object)
    }
}
