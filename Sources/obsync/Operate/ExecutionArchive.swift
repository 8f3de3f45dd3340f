import StateMachine
import SyncCore

/// Executions that can be looked at, wherever they are kept: beside a folder, or by Step Functions.
protocol ExecutionArchive: Sendable {
    /// The newest executions, the newest first.
    func newest(_ limit: Int) async throws -> [ExecutionRecord]

    /// The execution of that name.
    ///
    /// - Throws: `InvalidInput` when there is none.
    func named(_ name: String) async throws -> ExecutionRecord

    /// The executions that it makes sense to redrive, the newest first.
    func redrivable() async throws -> [ExecutionRecord]

    /// Why an execution cannot be redriven, in a sentence; nil where it can be.
    func obstacle(to record: ExecutionRecord) async throws -> String?

    /// Goes through the history of an execution in the order of its events.
    func forEachEvent(of record: ExecutionRecord, _ body: (HistoryEvent) throws -> Void) async throws

    /// Goes through the history as the service tells it.
    func forEachEventAsJSON(of record: ExecutionRecord, _ body: (JSONValue) throws -> Void) async throws

    /// The definition that an execution was started with.
    func definition(of record: ExecutionRecord) async throws -> StateMachineDefinition

    /// What a command line adds to name this place.
    var place: String { get }
}

extension KeptExecutions: ExecutionArchive {
    func newest(_ limit: Int) async throws -> [ExecutionRecord] {
        try await store.executions(status: nil, limit: limit)
    }

    func obstacle(to record: ExecutionRecord) -> String? {
        record.isOrphan ? nil : record.obstacleToRedrive(now: SystemInterpreterClock().now())
    }

    func forEachEvent(of record: ExecutionRecord, _ body: (HistoryEvent) throws -> Void) async throws {
        try await store.forEachEvent(of: record.name, body)
    }

    func forEachEventAsJSON(of record: ExecutionRecord, _ body: (JSONValue) throws -> Void) async throws {
        try await forEachEvent(of: record) { try body($0.json) }
    }

    func definition(of record: ExecutionRecord) throws -> StateMachineDefinition {
        // Of one whose definition is not kept any more, the present one comes closest.
        record.isCondensed
            ? try LocalEngine.pipelineDefinition() : try StateMachineDefinition(parsing: record.definition)
    }
}

extension ExecutionArchive {
    /// The run that an execution belongs to: its input's, or that of its own name.
    func run(of record: ExecutionRecord) -> RunID? { RunID(record.input["run"]?.string ?? record.name) }

    /// The executions of a run, the oldest first: the one that began it, and those that went on with it.
    ///
    /// - Parameter record: any of them.
    /// - Returns: at least that one.
    /// - Throws: what the archive throws.
    func chain(of record: ExecutionRecord) async throws -> [ExecutionRecord] {
        guard let run = run(of: record)?.rawValue else { return [record] }
        let names = try await newest(200).map(\.name).filter { $0 == run || $0.hasPrefix("\(run)-c") }
        var found: [ExecutionRecord] = []
        for name in names where name != record.name {
            let other = try await named(name)
            if self.run(of: other)?.rawValue == run { found.append(other) }
        }
        return (found + [record]).sorted { $0.started < $1.started }
    }
}
