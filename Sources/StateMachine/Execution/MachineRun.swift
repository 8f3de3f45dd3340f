/// Where one line of execution stands: the machine's own, a branch's or an iteration's.
struct Track: Sendable {
    /// The number of its last event.
    var lastEvent = 0
    /// The variables that it sees and may set.
    var variables: [String: JSONValue] = [:]
    /// The item of the innermost Map, for the context object.
    var mapItem: JSONValue?
    /// Which line it is; see `HistoryEvent.line`.
    var line: [Int] = []

    /// The line of a branch or an iteration: a new one that begins here, or one that stood somewhere already.
    func inner(_ index: Int, resuming known: ExecutionLine?) -> Track {
        var track = self
        track.line.append(index)
        if let known { (track.lastEvent, track.variables) = (known.lastEvent, known.variables) }
        return track
    }
}

/// One execution while it runs.
struct MachineRun: Sendable {
    let environment: InterpreterEnvironment
    let recorder: EventRecorder
    /// What the context object says of the execution and the machine.
    let context: JSONObject

    /// Runs the machine from where it stands.
    ///
    /// - Throws: `StateFailure`, or `CancellationError` when it was stopped.
    func start(_ graph: StateGraph, from progress: ExecutionProgress) async throws -> JSONValue {
        var track = Track()
        // The service has no event lead to the first state.
        track.lastEvent = progress.lastEventID > 1 ? progress.lastEventID : 0
        track.variables = progress.main.variables
        let input = try progress.input.withinLimit("The execution's input")
        return try await run(graph, input: input, resuming: progress.main, track: &track)
    }

    /// Runs a graph from its first state, or from where it stood, to an end.
    ///
    /// That a state was left and which one is entered next is recorded in one: a line whose last event is that a state
    /// was left has come to its end.
    func run(
        _ graph: StateGraph,
        input: JSONValue,
        resuming known: ExecutionLine? = nil,
        track: inout Track
    ) async throws -> JSONValue {
        if let output = known?.output { return output }
        var (name, value) = (known?.state ?? graph.startAt, known?.input ?? input)
        var lines = known?.lines
        var isEntered = known?.state != nil
        var exit: [NewEvent] = []
        while true {
            guard let state = graph[name] else {
                throw StateFailure(error: .runtime, cause: "There is no state '\(name)'.")
            }
            if exit.isEmpty { try Task.checkCancellation() }
            let scope = scope(of: state, input: value, track: track)
            if !isEntered { try await record(exit + [state.entry(value)], &track) }
            try Task.checkCancellation()
            let (outcome, next) = try await perform(state, scope, &track, resuming: lines)
            exit = [state.exit(outcome)]
            for (name, value) in outcome.assigned { track.variables[name] = value }
            guard let next else {
                try await record(exit, &track)
                return outcome.output
            }
            (name, value, lines, isEntered) = (next, outcome.output, nil, false)
        }
    }

    private func perform(
        _ state: State,
        _ scope: Scope,
        _ track: inout Track,
        resuming lines: [Int: ExecutionLine]?
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
            return try await attempt(state, scope, &track, resuming: lines)
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

    /// Tries a state as often as its retriers say, and goes where a catcher says. Only the first attempt can go on with
    /// lines that an execution stood in.
    private func attempt(
        _ state: State,
        _ scope: Scope,
        _ track: inout Track,
        resuming lines: [Int: ExecutionLine]?
    ) async throws -> (StateOutcome, String?) {
        var (scope, lines) = (scope, lines)
        var used = state.retriers.map { _ in Int64(0) }
        while true {
            do {
                defer { lines = nil }
                let result = try await result(of: state, in: scope, &track, resuming: lines)
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

    private func result(
        of state: State,
        in scope: Scope,
        _ track: inout Track,
        resuming lines: [Int: ExecutionLine]?
    ) async throws -> JSONValue {
        switch state.behaviour {
        case .task(let task): try await call(task, of: state, in: scope, &track)
        case .parallel(let branches): try await branch(branches, of: state, in: scope, &track, resuming: lines)
        case .map(let map): try await iterate(map, of: state, in: scope, &track, resuming: lines)
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
        try await record([NewEvent(type: type, details: details)], &track)
    }

    /// Records events of a line of execution, all or none.
    func record(_ events: [NewEvent], _ track: inout Track) async throws {
        track.lastEvent = try await recorder.record(events, of: track.line, after: track.lastEvent)
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

extension State {
    /// That the state was entered.
    fileprivate func entry(_ input: JSONValue) -> NewEvent {
        var event = NewEvent(type: .entered(kind))
        event.details.name = name
        event.details.input = input
        return event
    }

    /// That the state was left.
    fileprivate func exit(_ outcome: StateOutcome) -> NewEvent {
        var event = NewEvent(type: .exited(kind))
        event.details.name = name
        event.details.output = outcome.output
        if outcome.assigned.count > 0 { event.details.assigned = .object(outcome.assigned) }
        return event
    }
}
