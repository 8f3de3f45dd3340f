package import StateMachine

/// A store of executions of which chosen writes fail.
package struct FaultyExecutionStore: ExecutionStore {
    /// What a store of executions writes.
    package enum Operation: Hashable, CaseIterable, Sendable {
        case create, append
    }

    private let base: MemoryExecutionStore
    private let faults: Faults<Operation>

    /// Puts a plan of faults before a store.
    package init(_ base: MemoryExecutionStore, fail faults: Faults<Operation>) {
        self.base = base
        self.faults = faults
    }

    package func create(_ execution: ExecutionRecord, first event: HistoryEvent) async throws -> Bool {
        try await faults.around(.create) { base.create(execution, first: event) }
    }

    package func append(_ events: [HistoryEvent], to name: String) async throws {
        try await faults.around(.append) { base.append(events, to: name) }
    }

    package func execution(named name: String) -> ExecutionRecord? { base.execution(named: name) }

    package func executions(status: ExecutionStatus?, limit: Int) -> [ExecutionRecord] {
        base.executions(status: status, limit: limit)
    }

    package func events(of name: String, after id: Int, limit: Int) -> [HistoryEvent] {
        base.events(of: name, after: id, limit: limit)
    }

    package func removeExecutions(endedBefore time: Timestamp) { base.removeExecutions(endedBefore: time) }

    package func wholeExecutions() -> [ExecutionRecord] { base.wholeExecutions() }

    package func condense(_ names: [String]) { base.condense(names) }
}
