import Foundation
import LocalAdapters
import StateMachine
import Testing

/// The adapters of the store of executions.
private enum ExecutionStoreAdapter: CaseIterable, Sendable {
    case memory, sqlite

    func with(_ body: (any ExecutionStore) async throws -> Void) async throws {
        switch self {
        case .memory: try await body(MemoryExecutionStore())
        case .sqlite:
            try await withTemporaryFolder { try await body(SQLiteExecutionStore(path: $0 + "/executions.sqlite")) }
        }
    }
}

@Suite("Every store of executions")
struct ExecutionStoreContractTests {
    private func time(_ seconds: Int64) -> Timestamp { Timestamp(secondsSinceEpoch: 1_795_235_400 + seconds) }

    private func record(_ name: String, at seconds: Int64 = 0) -> ExecutionRecord {
        ExecutionRecord(
            name: name,
            definition: #"{"a":1}"#,
            input: ["k": [1, .null, "\u{E9}"]],
            started: time(seconds)
        )
    }

    private func event(
        _ id: Int,
        _ type: HistoryEventType,
        at seconds: Int64 = 0,
        line: [Int] = [],
        _ change: (inout HistoryEvent.Details) -> Void = { _ in }
    ) -> HistoryEvent {
        var details = HistoryEvent.Details()
        change(&details)
        return HistoryEvent(
            id: id,
            previousEventID: id - 1,
            type: type,
            timestamp: time(seconds),
            line: line,
            details: details
        )
    }

    @Test(
        "gives back what was kept: the record, and each event with all that is in it",
        arguments: ExecutionStoreAdapter.allCases
    )
    fileprivate func roundTrip(adapter: ExecutionStoreAdapter) async throws {
        try await adapter.with { store in
            let first = event(1, .executionStarted) { $0.input = ["b": 1, "a": .null] }
            #expect(try await store.create(record("e"), first: first))
            let full = event(2, HistoryEventType("TaskStateExited"), line: [3, 0]) { details in
                details.name = "A \u{1F600}"
                details.index = 3
                details.length = 0
                details.resource = "arn"
                details.input = .null
                details.output = ["x": 1.5]
                details.error = "E"
                details.cause = "C"
                details.timeoutSeconds = 7
                details.assigned = ["v": true]
                details.redriveCount = 2
            }
            try await store.append([full, event(3, .taskStarted)], to: "e")
            #expect(try await store.events(of: "e", after: 0, limit: 10) == [first, full, event(3, .taskStarted)])
            let known = try #require(try await store.execution(named: "e"))
            #expect(known.definition == #"{"a":1}"#)
            #expect(known.input == ["k": [1, .null, "\u{E9}"]])
            #expect(known.status == .running)
            #expect(known.lastEventID == 3)
            #expect(known.stopped == nil)
            #expect(try await store.execution(named: "other") == nil)
            #expect(try await store.events(of: "other", after: 0, limit: 10) == [])
        }
    }

    @Test("takes a name once", arguments: ExecutionStoreAdapter.allCases)
    fileprivate func names(adapter: ExecutionStoreAdapter) async throws {
        try await adapter.with { store in
            let isFirst = try await store.create(record("e"), first: event(1, .executionStarted))
            #expect(isFirst)
            #expect(try await !store.create(record("e", at: 5), first: event(1, .executionStarted)))
            #expect(try await store.execution(named: "e")?.started == time(0))
            #expect(try await store.events(of: "e", after: 0, limit: 10).count == 1)
        }
    }

    @Test(
        "follows the events in the record: the end, and a redrive that undoes it",
        arguments: ExecutionStoreAdapter.allCases
    )
    fileprivate func status(adapter: ExecutionStoreAdapter) async throws {
        try await adapter.with { store in
            _ = try await store.create(record("e"), first: event(1, .executionStarted))
            let failed = event(2, .executionFailed, at: 9) { ($0.error, $0.cause) = ("E", "C") }
            try await store.append([failed], to: "e")
            var known = try #require(try await store.execution(named: "e"))
            #expect(known.status == .failed)
            #expect(known.stopped == time(9))
            #expect(known.error == "E")
            #expect(known.cause == "C")
            try await store.append([event(3, .executionRedriven, at: 20) { $0.redriveCount = 1 }], to: "e")
            known = try #require(try await store.execution(named: "e"))
            #expect(known.status == .running)
            #expect(known.stopped == nil)
            #expect(known.error == nil)
            #expect(known.redriveCount == 1)
            #expect(known.redriven == time(20))
            try await store.append([event(4, .executionSucceeded, at: 30) { $0.output = .null }], to: "e")
            known = try #require(try await store.execution(named: "e"))
            #expect(known.status == .succeeded)
            #expect(known.output == .null)
        }
    }

    @Test(
        "lists the newest first, by status and up to a limit; gives events a page at a time",
        arguments: ExecutionStoreAdapter.allCases
    )
    fileprivate func lists(adapter: ExecutionStoreAdapter) async throws {
        try await adapter.with { store in
            for number in 1...3 {
                _ = try await store.create(record("e\(number)", at: Int64(number)), first: event(1, .executionStarted))
            }
            try await store.append([event(2, .executionSucceeded)], to: "e2")
            #expect(try await store.executions(status: nil, limit: 10).map(\.name) == ["e3", "e2", "e1"])
            #expect(try await store.executions(status: nil, limit: 2).map(\.name) == ["e3", "e2"])
            #expect(try await store.executions(status: .running, limit: 10).map(\.name) == ["e3", "e1"])
            try await store.append((2...2500).map { event($0, .taskStarted) }, to: "e1")
            var ids: [Int] = []
            try await store.forEachEvent(of: "e1") { ids.append($0.id) }
            #expect(ids.count == 2500)
            #expect(ids == ids.sorted())
        }
    }

    @Test(
        "forgets what ended long ago, with its events, and nothing that runs",
        arguments: ExecutionStoreAdapter.allCases
    )
    fileprivate func removes(adapter: ExecutionStoreAdapter) async throws {
        try await adapter.with { store in
            for name in ["old", "new", "running"] {
                _ = try await store.create(record(name), first: event(1, .executionStarted))
            }
            try await store.append([event(2, .executionFailed, at: 10)], to: "old")
            try await store.append([event(2, .executionFailed, at: 20)], to: "new")
            try await store.removeExecutions(endedBefore: time(15))
            #expect(try await store.execution(named: "old") == nil)
            #expect(try await store.events(of: "old", after: 0, limit: 10) == [])
            #expect(try await store.execution(named: "new") != nil)
            #expect(try await store.execution(named: "running") != nil)
        }
    }

    @Test("keeps events also when the task is cancelled", arguments: ExecutionStoreAdapter.allCases)
    fileprivate func cancellation(adapter: ExecutionStoreAdapter) async throws {
        try await adapter.with { store in
            _ = try await store.create(record("e"), first: event(1, .executionStarted))
            let end = event(2, .executionAborted)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.cancelAll()
                group.addTask { try await store.append([end], to: "e") }
                try await group.waitForAll()
            }
            #expect(try await store.execution(named: "e")?.status == .aborted)
        }
    }

    @Test("in SQLite outlives the store, and names the process that runs an execution")
    func reopening() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/executions.sqlite"
            _ = try await SQLiteExecutionStore(path: path, process: 41)
                .create(record("e"), first: event(1, .executionStarted))
            let store = try SQLiteExecutionStore(path: path, process: 42)
            #expect(try await store.execution(named: "e")?.process == 41)
            try await store.append([event(2, .taskStarted)], to: "e")
            #expect(try await store.execution(named: "e")?.process == 42)
        }
    }
}
