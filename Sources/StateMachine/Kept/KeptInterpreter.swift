/// Runs executions that are kept: each with the definition that it was started with, from wherever its history says.
package struct KeptInterpreter: Sendable {
    /// Where the executions are kept.
    package let store: any ExecutionStore
    private let environment: InterpreterEnvironment

    /// Makes an interpreter.
    ///
    /// - Parameters:
    ///   - store: Where the executions are kept.
    ///   - environment: What it needs from outside; its `keep` is replaced by the store.
    package init(store: any ExecutionStore, environment: InterpreterEnvironment) {
        self.store = store
        self.environment = environment
    }

    /// The time that executions go by.
    package var now: Timestamp { environment.clock.now() }

    /// Makes an execution that `run(_:)` then runs.
    ///
    /// Idempotent as the service is: the same name and input once more, while it runs, are taken as done.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - definition: What it runs.
    ///   - input: Its input.
    /// - Throws: `StateMachineError` with code `executionAlreadyExists`, or what the store throws.
    package func start(_ name: String, _ definition: StateMachineDefinition, input: JSONValue) async throws {
        let now = now
        var details = HistoryEvent.Details()
        details.input = input
        let record = ExecutionRecord(name: name, definition: definition.text, input: input, started: now)
        let event = HistoryEvent(id: 1, previousEventID: 0, type: .executionStarted, timestamp: now, details: details)
        if try await store.create(record, first: event) { return }
        let known = try await store.execution(named: name)
        guard known?.status == .running, known?.input == input else {
            throw StateMachineError(.executionAlreadyExists, "there is an execution of the name \(name) already")
        }
    }

    /// Runs an execution that was started and has not ended, from where it stands.
    ///
    /// - Parameter name: Its name.
    /// - Returns: How it ended.
    /// - Throws: `StateMachineError` with code `executionDoesNotExist`, or what the store throws.
    package func run(_ name: String) async throws -> ExecutionResult {
        let record = try await record(name)
        var progress = ExecutionProgress(name: name, input: record.input, started: record.started)
        try await store.forEachEvent(of: name) { progress.apply($0) }
        var environment = environment
        let store = store
        environment.keep = { try await store.append($0, to: name) }
        let definition = try StateMachineDefinition(parsing: record.definition)
        return await Interpreter(definition: definition, environment: environment).resume(progress)
    }

    /// Redrives an execution that has ended and not succeeded: what succeeded is kept, what failed, was stopped or was
    /// never reached runs again, with retries and time-outs starting over.
    ///
    /// - Parameter name: Its name.
    /// - Returns: How it ended this time.
    /// - Throws: `StateMachineError` with code `executionDoesNotExist` or `executionNotRedrivable`, or what the store
    ///   throws.
    package func redrive(_ name: String) async throws -> ExecutionResult {
        let record = try await record(name)
        let now = now
        if let obstacle = record.obstacleToRedrive(now: now) {
            throw StateMachineError(.executionNotRedrivable, obstacle)
        }
        var details = HistoryEvent.Details()
        details.redriveCount = record.redriveCount + 1
        try await append(.executionRedriven, details, to: record, at: now)
        return try await run(name)
    }

    /// Turns executions whose process is gone into aborted ones, which can be redriven.
    ///
    /// Only who knows that no other process runs any may call it.
    ///
    /// - Returns: The names of those that were found.
    /// - Throws: What the store throws.
    package func abortOrphans() async throws -> [String] {
        let orphans = try await store.executions(status: .running, limit: 1000)
        for record in orphans {
            var details = HistoryEvent.Details()
            details.cause = "The process that ran the execution ended before it did."
            try await append(.executionAborted, details, to: record, at: now)
        }
        return orphans.map(\.name)
    }

    private func append(
        _ type: HistoryEventType,
        _ details: HistoryEvent.Details,
        to record: ExecutionRecord,
        at now: Timestamp
    ) async throws {
        let event = HistoryEvent(
            id: record.lastEventID + 1,
            previousEventID: record.lastEventID,
            type: type,
            timestamp: now,
            details: details
        )
        try await store.append([event], to: record.name)
    }

    private func record(_ name: String) async throws -> ExecutionRecord {
        guard let record = try await store.execution(named: name) else {
            throw StateMachineError(.executionDoesNotExist, "there is no execution of the name \(name)")
        }
        return record
    }
}
