import TestSupport
import Testing

@testable import StateMachine

/// A store that dies after a number of writes, as a process does that is killed: what came before is kept.
private func mortal(_ base: MemoryExecutionStore, writes: Int) -> FaultyExecutionStore {
    let left = Counter(writes)
    return FaultyExecutionStore(base, fail: Faults { _, _ in left.decrement() ? nil : .init(CancellationError()) })
}

@Suite("An execution whose process is killed")
struct KilledExecutionTests {
    private static let definition = #"""
        {"StartAt": "A", "States": {
          "A": {"Type": "Task", "Resource": "arn:aws:lambda:r:a:function:f", "Parameters": "a", "ResultPath": null,
                "Assign": {"v": 1}, "Catch": [{"ErrorEquals": ["Never"], "Next": "S"}], "Next": "M"},
          "M": {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 2, "ResultPath": "$.r", "Next": "P",
                "ItemProcessor": {"StartAt": "D", "States": {
                  "D": {"Type": "Task", "Resource": "arn:aws:lambda:r:a:function:f", "ResultPath": "$.d",
                        "Catch": [{"ErrorEquals": ["Caught"], "ResultPath": null, "Next": "Noted"}], "Next": "C"},
                  "C": {"Type": "Choice", "Choices": [{"Variable": "$.d", "StringEquals": "again", "Next": "D"}], "Default": "Noted"},
                  "Noted": {"Type": "Succeed"}}}},
          "P": {"Type": "Parallel", "ResultPath": "$.p", "Next": "S", "Branches": [
            {"StartAt": "P1", "States": {"P1": {"Type": "Pass", "Parameters": {"v.$": "$v"}, "End": true}}},
            {"StartAt": "P2", "States": {"P2": {"Type": "Task", "Resource": "arn:aws:lambda:r:a:function:f", "Parameters": "p", "End": true}}}]},
          "S": {"Type": "Pass", "End": true}}}
        """#

    private static let expected: JSONValue = [
        "items": [["k": 1], ["k": 2], ["k": 3]],
        "r": [["k": 1, "d": "done"], ["k": 2, "d": "done"], ["k": 3]],
        "p": [["v": 1], "done"],
    ]

    private func machine() -> TestMachine {
        TestMachine { _, event in
            if event["k"] == 3 { throw TaskFailure(error: "Caught") }
            // The second item needs two rounds.
            if event["k"] == 2, event["d"] == nil { return "again" }
            return "done"
        }
    }

    @Test("goes on from any point, and comes to the same end; what had succeeded is not run again")
    func everyPosition() async throws {
        var writes = 1
        var mostCalls = 0
        while true {
            let base = MemoryExecutionStore()
            let store = mortal(base, writes: writes)
            let first = machine()
            let definition = try StateMachineDefinition(parsing: Self.definition)
            try await first.kept(in: store).start("e", definition, input: ["items": [["k": 1], ["k": 2], ["k": 3]]])
            let before = try await first.kept(in: store).run("e")
            if before.status == .succeeded { break }
            #expect(store.execution(named: "e")?.status == .running)

            let second = machine()
            let interpreter = second.kept(in: base)
            #expect(try await interpreter.abortOrphans() == ["e"])
            #expect(store.execution(named: "e")?.status == .aborted)
            let result = try await interpreter.redrive("e")
            #expect(result.output == Self.expected, "killed after \(writes) writes")
            let events = store.events(of: "e", after: 0, limit: 1000)
            #expect(events.map(\.id) == Array(1...events.count))
            let exits = events.filter { $0.type == HistoryEventType("TaskStateExited") }
            #expect(exits.count == 6, "each Task is left once, killed after \(writes) writes")
            mostCalls = max(mostCalls, first.calls.count + second.calls.count)
            writes += 1
        }
        #expect(writes > 20)
        // Six calls have to be; of two that run at once, both can be cut off.
        #expect(mostCalls <= 8)
    }

    @Test("fails under States.Runtime when its history cannot be kept")
    func unkept() async throws {
        let store = mortal(MemoryExecutionStore(), writes: 2)
        let definition = try StateMachineDefinition(parsing: Self.definition)
        let machine = machine()
        try await machine.kept(in: store).start("e", definition, input: ["items": []])
        let result = try await machine.kept(in: store).run("e")
        #expect(result.status == .failed)
        #expect(result.error == "States.Runtime")
        #expect(machine.calls.isEmpty)
    }

    @Test("that has begun no state begins at the first one")
    func unbegun() async throws {
        let store = MemoryExecutionStore()
        let definition = try StateMachineDefinition(
            parsing: #"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}"#
        )
        let interpreter = TestMachine().kept(in: store)
        try await interpreter.start("e", definition, input: ["k": 1])
        _ = try await interpreter.abortOrphans()
        #expect(try await interpreter.redrive("e").output == ["k": 1])
    }

    @Test(
        "is started once under its name: again with the same input while it runs, but not with another one, nor after"
    )
    func names() async throws {
        let interpreter = TestMachine().kept(in: MemoryExecutionStore())
        let definition = try StateMachineDefinition(
            parsing: #"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}"#
        )
        try await interpreter.start("e", definition, input: ["k": 1])
        try await interpreter.start("e", definition, input: ["k": 1])
        let other = await #expect(throws: StateMachineError.self) {
            try await interpreter.start("e", definition, input: ["k": 2])
        }
        #expect(other?.code == .executionAlreadyExists)
        _ = try await interpreter.run("e")
        let ended = await #expect(throws: StateMachineError.self) {
            try await interpreter.start("e", definition, input: ["k": 1])
        }
        #expect(ended?.code == .executionAlreadyExists)
    }

    @Test("tells its history as the service does")
    func json() {
        var details = HistoryEvent.Details()
        details.name = "List"
        details.input = ["k": 1]
        let event = HistoryEvent(
            id: 2,
            previousEventID: 1,
            type: .entered(.task),
            timestamp: Timestamp(secondsSinceEpoch: 0),
            line: [3],
            details: details
        )
        #expect(
            event.json == [
                "id": 2, "previousEventId": 1, "timestamp": "1970-01-01T00:00:00.000Z", "type": "TaskStateEntered",
                "stateEnteredEventDetails": [
                    "name": "List", "input": #"{"k":1}"#, "inputDetails": ["truncated": false],
                ],
            ]
        )
        #expect(HistoryEvent.Details(details.json) == details)
    }
}
