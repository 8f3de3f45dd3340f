/// How a branch or an iteration ended, and the number of its last event.
private struct LineEnd: Sendable {
    enum Outcome: Sendable {
        case succeeded(JSONValue)
        case failed(StateFailure)
        case stopped

        /// How the history tells that an iteration ended so.
        var iterationEvent: HistoryEventType {
            switch self {
            case .succeeded: .mapIterationSucceeded
            case .failed: .mapIterationFailed
            case .stopped: .mapIterationAborted
            }
        }
    }

    let index: Int
    let outcome: Outcome
    let lastEvent: Int
}

extension MachineRun {
    /// Runs the branches of a Parallel state; the first failure stops the others and is the state's own.
    func branch(
        _ branches: [StateGraph],
        of state: State,
        in scope: Scope,
        _ track: inout Track,
        resuming lines: [Int: ExecutionLine]?
    ) async throws -> JSONValue {
        let arguments = try state.arguments(in: scope)
        var details = HistoryEvent.Details()
        details.name = state.name
        if lines == nil { try await record(.parallelStateStarted, details, &track) }
        let collected = await withTaskGroup(of: LineEnd.self) { [track] group in
            for (index, branch) in branches.enumerated() {
                let known = lines?[index]
                let track = track.inner(index, resuming: known)
                group.addTask { await line(branch, input: arguments, resuming: known, track: track) }
            }
            var collected = Collected(count: branches.count, lastEvent: track.lastEvent)
            for await end in group {
                collected.add(end)
                if collected.failures > 0 { group.cancelAll() }
            }
            return collected
        }
        track.lastEvent = collected.lastEvent
        try Task.checkCancellation()
        if let failure = collected.firstFailure {
            details.error = failure.error.rawValue
            details.cause = failure.cause
            try await record(.parallelStateFailed, details, &track)
            throw failure
        }
        try await record(.parallelStateSucceeded, details, &track)
        return .array(collected.outputs.compactMap(\.self))
    }

    /// Runs a Map state: as many iterations at once as it allows, and the next one whenever one has ended.
    func iterate(
        _ map: MapDefinition,
        of state: State,
        in scope: Scope,
        _ track: inout Track,
        resuming lines: [Int: ExecutionLine]?
    ) async throws -> JSONValue {
        let inner = scope.with(input: try state.effectiveInput(in: scope))
        let items = try map.items(in: inner)
        let concurrency = try map.concurrency(in: inner)
        let tolerance = try map.tolerance(in: inner, items: items.count)
        var details = HistoryEvent.Details()
        details.name = state.name
        details.length = items.count
        if lines == nil { try await record(.mapStateStarted, details, &track) }
        let collected = await withTaskGroup(of: LineEnd.self) { [track] group in
            var collected = Collected(count: items.count, lastEvent: track.lastEvent)
            collected.take(lines ?? [:])
            var waiting = items.enumerated().lazy.filter { lines?[$0.offset]?.output == nil }.makeIterator()
            func startNext() {
                guard let (index, item) = waiting.next() else { return }
                let known = lines?[index]
                let track = track.inner(index, resuming: known)
                group.addTask { await iteration(item, of: map, in: inner, resuming: known, track) }
            }
            for _ in 0..<min(concurrency, items.count) { startNext() }
            for await end in group {
                collected.add(end)
                if collected.failures > tolerance ?? 0 || collected.hasFatalFailure {
                    group.cancelAll()
                } else if !Task.isCancelled {
                    startNext()
                }
            }
            return collected
        }
        track.lastEvent = collected.lastEvent
        try Task.checkCancellation()
        details.length = nil
        if let failure = collected.failure(tolerance: tolerance) {
            details.error = failure.error.rawValue
            details.cause = failure.cause
            try await record(.mapStateFailed, details, &track)
            throw failure
        }
        try await record(.mapStateSucceeded, details, &track)
        return .array(collected.outputs.compactMap(\.self))
    }

    private func iteration(
        _ item: JSONValue,
        of map: MapDefinition,
        in scope: Scope,
        resuming known: ExecutionLine?,
        _ track: Track
    ) async -> LineEnd {
        var track = track
        let index = track.line.last ?? 0
        let mapItem: JSONValue = .object(["Index": .integer(Int64(index)), "Value": item])
        track.mapItem = mapItem
        var details = HistoryEvent.Details()
        details.name = scope.context["State"]?["Name"]?.string
        details.index = index
        do {
            if known == nil { try await record(.mapIterationStarted, details, &track) }
            let input = try known?.input ?? itemInput(item, mapItem, map, scope)
            let end = await line(map.processor, input: input, resuming: known, track: track)
            track.lastEvent = end.lastEvent
            try await record(end.outcome.iterationEvent, details, &track)
            return LineEnd(index: index, outcome: end.outcome, lastEvent: track.lastEvent)
        } catch let failure as StateFailure {
            return LineEnd(index: index, outcome: .failed(failure), lastEvent: track.lastEvent)
        } catch {
            return LineEnd(index: index, outcome: .stopped, lastEvent: track.lastEvent)
        }
    }

    private func itemInput(
        _ item: JSONValue,
        _ mapItem: JSONValue,
        _ map: MapDefinition,
        _ scope: Scope
    ) throws(StateFailure) -> JSONValue {
        guard let selector = map.itemSelector else { return item }
        var scope = scope
        var context = scope.context.object ?? JSONObject()
        context["Map"] = .object(["Item": mapItem])
        scope.context = .object(context)
        return try selector.evaluate(in: scope).withinLimit("The input of an iteration")
    }

    /// Runs one line of execution to its end, whichever it is.
    private func line(
        _ graph: StateGraph,
        input: JSONValue,
        resuming known: ExecutionLine?,
        track: Track
    ) async -> LineEnd {
        var track = track
        let outcome: LineEnd.Outcome
        do {
            outcome = .succeeded(try await run(graph, input: input, resuming: known, track: &track))
        } catch let failure as StateFailure {
            outcome = Task.isCancelled ? .stopped : .failed(failure)
        } catch {
            outcome = .stopped
        }
        return LineEnd(index: track.line.last ?? 0, outcome: outcome, lastEvent: track.lastEvent)
    }
}

/// What the lines of a Parallel or Map state yielded so far.
private struct Collected: Sendable {
    private(set) var outputs: [JSONValue?]
    private(set) var failures = 0
    private(set) var firstFailure: StateFailure?
    private(set) var hasFatalFailure = false
    private(set) var lastEvent: Int

    init(count: Int, lastEvent: Int) {
        outputs = Array(repeating: nil, count: count)
        self.lastEvent = lastEvent
    }

    /// Takes what lines yielded that ended before a redrive.
    mutating func take(_ lines: [Int: ExecutionLine]) {
        for (index, line) in lines where outputs.indices.contains(index) { outputs[index] = line.output }
    }

    mutating func add(_ end: LineEnd) {
        lastEvent = max(lastEvent, end.lastEvent)
        switch end.outcome {
        case .succeeded(let output): outputs[end.index] = output
        case .stopped: break
        case .failed(let failure):
            failures += 1
            if firstFailure == nil || failure.error == .runtime && !hasFatalFailure { firstFailure = failure }
            // No tolerance covers what no state may catch.
            if failure.error == .runtime { hasFatalFailure = true }
        }
    }

    /// Why a Map fails, if it does.
    func failure(tolerance: Int?) -> StateFailure? {
        guard !hasFatalFailure, let tolerance else { return firstFailure }
        if failures <= tolerance { return nil }
        return StateFailure(
            error: .exceedToleratedFailureThreshold,
            cause: "The specified tolerated failure threshold was exceeded"
        )
    }
}
