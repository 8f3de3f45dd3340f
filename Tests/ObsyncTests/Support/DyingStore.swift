import StateMachine
import Synchronization

/// A store of executions whose process dies when an execution of a certain name was made: nothing is written after that.
final class DyingStore: ExecutionStore {
    struct Dead: Error {}

    private let base: MemoryExecutionStore
    private let last: String
    private let isDead = Mutex(false)

    init(_ base: MemoryExecutionStore, after last: String) {
        self.base = base
        self.last = last
    }

    func create(_ execution: ExecutionRecord, first event: HistoryEvent) throws -> Bool {
        let isMade = base.create(execution, first: event)
        isDead.withLock { $0 = $0 || execution.name == last }
        return isMade
    }

    func append(_ events: [HistoryEvent], to name: String) throws {
        if isDead.withLock({ $0 }) { throw Dead() }
        base.append(events, to: name)
    }

    func execution(named name: String) -> ExecutionRecord? { base.execution(named: name) }

    func executions(status: ExecutionStatus?, limit: Int) -> [ExecutionRecord] {
        base.executions(status: status, limit: limit)
    }

    func events(of name: String, after id: Int, limit: Int) -> [HistoryEvent] {
        base.events(of: name, after: id, limit: limit)
    }

    func removeExecutions(endedBefore time: Timestamp) { base.removeExecutions(endedBefore: time) }
}
