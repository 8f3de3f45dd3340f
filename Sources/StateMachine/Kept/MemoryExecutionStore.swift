import Synchronization

/// Executions that are forgotten with the process.
package final class MemoryExecutionStore: ExecutionStore {
    private struct Kept {
        var record: ExecutionRecord
        var events: [HistoryEvent]
    }

    private let kept = Mutex<[String: Kept]>([:])

    /// Makes an empty store.
    package init() {}

    package func create(_ execution: ExecutionRecord, first event: HistoryEvent) -> Bool {
        kept.withLock { kept in
            guard kept[execution.name] == nil else { return false }
            var record = execution
            record.apply(event)
            kept[execution.name] = Kept(record: record, events: [event])
            return true
        }
    }

    package func append(_ events: [HistoryEvent], to name: String) {
        kept.withLock { kept in
            kept[name]?.events += events
            for event in events { kept[name]?.record.apply(event) }
        }
    }

    package func execution(named name: String) -> ExecutionRecord? {
        kept.withLock { $0[name]?.record }
    }

    package func executions(status: ExecutionStatus?, limit: Int) -> [ExecutionRecord] {
        let records = kept.withLock { $0.values.map(\.record) }.filter { status == nil || $0.status == status }
        return Array(records.sorted { ($1.started, $1.name) < ($0.started, $0.name) }.prefix(limit))
    }

    package func events(of name: String, after id: Int, limit: Int) -> [HistoryEvent] {
        kept.withLock { kept in
            // Events are numbered from 1 without gaps.
            Array((kept[name]?.events ?? []).dropFirst(id).prefix(limit))
        }
    }

    package func wholeExecutions() -> [ExecutionRecord] {
        executions(status: nil, limit: .max).filter { $0.stopped != nil && !$0.isCondensed }
    }

    package func condense(_ names: [String]) {
        kept.withLock { kept in
            for name in names {
                kept[name]?.events = []
                kept[name]?.record.condense()
            }
        }
    }

    package func removeExecutions(endedBefore time: Timestamp) {
        kept.withLock { kept in
            kept = kept.filter { _, kept in kept.record.stopped.map { $0 >= time } ?? true }
        }
    }
}
