import Synchronization
import Testing

@testable import StateMachine

/// What each call answers, by payload: the outcomes in turn, then success for ever.
private final class Script: Sendable {
    enum Outcome {
        case fail(String)
        case wait
    }

    private let outcomes: Mutex<[String: [Outcome]]>
    private let called = Mutex<[String]>([])

    init(_ outcomes: [String: [Outcome]] = [:]) { self.outcomes = Mutex(outcomes) }

    /// The calls since the last time this was asked.
    func takeCalls() -> [String] {
        called.withLock { called in
            defer { called = [] }
            return called
        }
    }

    func answer(_ event: JSONValue) throws -> JSONValue {
        let key = event.string ?? event.jsonText
        called.withLock { $0.append(key) }
        let outcome = outcomes.withLock { outcomes -> Outcome? in
            outcomes[key]?.isEmpty == false ? outcomes[key]?.removeFirst() : nil
        }
        if case .fail(let error)? = outcome { throw TaskFailure(error: error, cause: "as scripted") }
        return .string("did " + key)
    }
}

/// An execution of a definition over scripted functions, kept in memory.
private struct Kept {
    let script: Script
    let machine: TestMachine
    let store = MemoryExecutionStore()
    var interpreter: KeptInterpreter { machine.kept(in: store) }

    init(_ outcomes: [String: [Script.Outcome]], clock: any InterpreterClock = InstantClock()) {
        let script = Script(outcomes)
        self.script = script
        machine = TestMachine(clock: clock) { _, event in try script.answer(event) }
    }

    func run(_ states: String, input: JSONValue = [:]) async throws -> ExecutionResult {
        let definition = try StateMachineDefinition(parsing: #"{"StartAt": "A", "States": \#(states)}"#)
        try await interpreter.start("e", definition, input: input)
        return try await interpreter.run("e")
    }

    func redrive() async throws -> ExecutionResult { try await interpreter.redrive("e") }

    var types: [String] { store.events(of: "e", after: 0, limit: 100_000).map(\.type.rawValue) }

    var record: ExecutionRecord? { store.execution(named: "e") }
}

private let task = #""Type": "Task", "Resource": "arn:aws:lambda:r:a:function:f""#

private func call(_ payload: String, _ rest: String) -> String { #"{\#(task), "Parameters": \#(payload), \#(rest)}"# }

@Suite("A redrive")
struct RedriveTests {
    @Test("schedules the failed Task again with its input, and runs nothing that succeeded")
    func failedTask() async throws {
        let kept = Kept([#"{"b":1}"#: [.fail("X")]])
        let states = """
            {"A": \(call(#"{"a": 1}"#, #""ResultPath": "$.a", "Assign": {"v": 7}, "Next": "B""#)),
             "B": \(call(#"{"b": 1}"#, #""ResultPath": "$.b", "Next": "C""#)),
             "C": {"Type": "Pass", "Parameters": {"in.$": "$", "v.$": "$v"}, "End": true}}
            """
        #expect(try await kept.run(states, input: ["k": 1]).error == "X")
        #expect(kept.script.takeCalls() == [#"{"a":1}"#, #"{"b":1}"#])
        let result = try await kept.redrive()
        #expect(
            result.output == ["in": ["k": 1, "a": #"did {"a":1}"#, "b": #"did {"b":1}"#], "v": 7]
        )
        #expect(kept.script.takeCalls() == [#"{"b":1}"#])
        #expect(
            kept.types.suffix(9) == [
                "LambdaFunctionFailed", "ExecutionFailed", "ExecutionRedriven", "LambdaFunctionScheduled",
                "LambdaFunctionStarted", "LambdaFunctionSucceeded", "TaskStateExited", "PassStateEntered",
                "PassStateExited",
            ].suffix(8) + ["ExecutionSucceeded"]
        )
    }

    @Test("goes on numbering events, counts itself, and tells so in the context object")
    func counts() async throws {
        let kept = Kept(["1": [.fail("X"), .fail("X")]])
        let states = """
            {"A": {\(task), "InputPath": "$.n", "ResultPath": null, "Next": "B"},
             "B": {"Type": "Pass", "Parameters": {"n.$": "$$.Execution.RedriveCount", "s.$": "$$.Execution.StartTime",
                   "t.$": "$$.Execution.RedriveTime"}, "End": true}}
            """
        #expect(try await kept.run(states, input: ["n": 1]).status == .failed)
        #expect(try await kept.redrive().status == .failed)
        let result = try await kept.redrive()
        #expect(result.output?["n"] == 2)
        #expect(result.output?["t"]?.string != nil)
        let events = kept.store.events(of: "e", after: 0, limit: 1000)
        #expect(events.map(\.id) == Array(1...events.count))
        #expect(events.filter { $0.type == .executionRedriven }.map(\.details.redriveCount) == [1, 2])
        let record = try #require(kept.record)
        #expect(record.status == .succeeded)
        #expect(record.redriveCount == 2)
        #expect(record.error == nil)
        #expect(record.redriven != nil)
        #expect(record.lastEventID == events.count)
    }

    @Test("starts the retries of the failed state over")
    func retries() async throws {
        let kept = Kept(["{}": Array(repeating: .fail("X"), count: 5)])
        let states = #"{"A": {\#(task), "Retry": [{"ErrorEquals": ["X"], "MaxAttempts": 2}], "End": true}}"#
        #expect(try await kept.run(states).error == "X")
        #expect(kept.script.takeCalls().count == 3)
        #expect(try await kept.redrive().status == .succeeded)
        #expect(kept.script.takeCalls().count == 3)
    }

    @Test("starts the time-out of the machine over")
    func timeout() async throws {
        let clock = ManualClock()
        let isFirst = Counter(1)
        let machine = TestMachine(clock: clock) { _, _ in
            if isFirst.decrement() { try await clock.sleep(for: .seconds(100)) }
            return "done"
        }
        let interpreter = machine.kept(in: MemoryExecutionStore())
        let definition = try StateMachineDefinition(
            parsing: #"{"StartAt": "A", "TimeoutSeconds": 30, "States": {"A": {\#(task), "End": true}}}"#
        )
        try await interpreter.start("e", definition, input: [:])
        async let first = interpreter.run("e")
        await clock.waitForSleepers(2)
        clock.advance(by: .seconds(30))
        #expect(try await first.status == .timedOut)
        #expect(try await interpreter.redrive("e").output == "done")
    }

    @Test("runs only the iterations of a Map that failed or never began; results keep their places")
    func map() async throws {
        let kept = Kept(["3": [.fail("X")]])
        let states = #"""
            {"A": {"Type": "Map", "MaxConcurrency": 1, "End": true, "ItemProcessor": {"StartAt": "D", "States": {
               "D": {\#(task), "End": true}}}}}
            """#
        #expect(try await kept.run(states, input: [1, 2, 3, 4, 5]).error == "X")
        #expect(kept.script.takeCalls() == ["1", "2", "3"])
        #expect(try await kept.redrive().output == ["did 1", "did 2", "did 3", "did 4", "did 5"])
        #expect(kept.script.takeCalls() == ["3", "4", "5"])
        #expect(kept.types.filter { $0 == "MapStateStarted" }.count == 1)
        #expect(kept.types.filter { $0 == "MapIterationStarted" }.count == 5)
        #expect(kept.types.filter { $0 == "MapIterationSucceeded" }.count == 5)
    }

    @Test("resumes an iteration at the state that failed inside it, with its input, its item and its variables")
    func insideIteration() async throws {
        let kept = Kept([#"{"i":1,"v":"did 11"}"#: [.fail("X")]])
        let states = #"""
            {"A": {"Type": "Map", "MaxConcurrency": 1, "End": true, "ItemProcessor": {"StartAt": "D", "States": {
               "D": {\#(task), "ResultPath": null, "Assign": {"v.$": "$"}, "Next": "E"},
               "E": {\#(task), "Parameters": {"i.$": "$$.Map.Item.Index", "v.$": "$v"}, "End": true}}}}}
            """#
        #expect(try await kept.run(states, input: [10, 11]).error == "X")
        #expect(kept.script.takeCalls().last == #"{"i":1,"v":"did 11"}"#)
        let result = try await kept.redrive()
        #expect(result.output == [#"did {"i":0,"v":"did 10"}"#, #"did {"i":1,"v":"did 11"}"#])
        #expect(kept.script.takeCalls() == [#"{"i":1,"v":"did 11"}"#])
    }

    @Test("runs only the branches of a Parallel state that failed or were stopped")
    func parallel() async throws {
        let clock = ManualClock()
        let isFirst = Counter(1)
        let calls = Mutex<[String]>([])
        let machine = TestMachine(clock: clock) { _, event in
            calls.withLock { $0.append(event.string ?? "") }
            if event == "fail", isFirst.decrement() {
                await clock.waitForSleepers(1)
                throw TaskFailure(error: "X")
            }
            if event == "slow", isFirst.value > 0 || calls.withLock({ $0.count { $0 == "slow" } }) == 1 {
                try await clock.sleep(for: .seconds(100))
            }
            return event
        }
        func branch(_ name: String, _ payload: String) -> String {
            #"{"StartAt": "\#(name)", "States": {"\#(name)": {\#(task), "Parameters": "\#(payload)", "End": true}}}"#
        }
        let definition = try StateMachineDefinition(
            parsing: #"""
                {"StartAt": "Q", "States": {"Q": {"Type": "Parallel", "Next": "P", "Branches": [\#(branch("Q1", "quick"))]},
                  "P": {"Type": "Parallel", "End": true, "Branches": [\#(branch("P1", "slow")), \#(branch("P2", "fail")),
                    {"StartAt": "P3", "States": {"P3": {"Type": "Pass", "Result": "passed", "End": true}}}]}}}
                """#
        )
        let interpreter = machine.kept(in: MemoryExecutionStore())
        try await interpreter.start("e", definition, input: [:])
        #expect(try await interpreter.run("e").error == "X")
        calls.withLock { $0 = ["slow"] }
        #expect(try await interpreter.redrive("e").output == ["slow", "fail", "passed"])
        #expect(calls.withLock { $0.sorted() } == ["fail", "slow", "slow"])
        #expect(machine.events.filter { $0.details.name == "P3" && $0.type.isEntry }.count == 1)
    }

    @Test("reaches into Maps inside Parallel states inside Maps")
    func nested() async throws {
        let kept = Kept(["2": [.fail("X")]])
        let states = #"""
            {"A": {"Type": "Map", "MaxConcurrency": 1, "End": true, "ItemProcessor": {"StartAt": "P", "States": {
               "P": {"Type": "Parallel", "End": true, "Branches": [{"StartAt": "M", "States": {
                  "M": {"Type": "Map", "MaxConcurrency": 1, "End": true, "ItemProcessor": {"StartAt": "D", "States": {
                     "D": {\#(task), "End": true}}}}}}]}}}}}
            """#
        #expect(try await kept.run(states, input: [[1, 2, 3], [4]]).error == "X")
        #expect(kept.script.takeCalls() == ["1", "2"])
        #expect(try await kept.redrive().output == [[["did 1", "did 2", "did 3"]], [["did 4"]]])
        #expect(kept.script.takeCalls() == ["2", "3", "4"])
    }

    @Test("fails again in a Fail state, and does not run what led there")
    func failState() async throws {
        let kept = Kept(["{}": [.fail("X")]])
        let states = #"""
            {"A": {\#(task), "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "F"}], "End": true},
             "F": {"Type": "Fail", "Error": "Stop"}}
            """#
        #expect(try await kept.run(states).error == "Stop")
        _ = kept.script.takeCalls()
        #expect(try await kept.redrive().error == "Stop")
        #expect(kept.script.takeCalls() == [])
    }

    @Test("weighs the rules of a Choice state that failed again")
    func choice() async throws {
        let kept = Kept([:])
        let states =
            #"{"A": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsPresent": true, "Next": "B"}]}, "B": {"Type": "Succeed"}}"#
        #expect(try await kept.run(states).error == "States.NoChoiceMatched")
        #expect(try await kept.redrive().error == "States.NoChoiceMatched")
        #expect(kept.types.filter { $0 == "ChoiceStateEntered" }.count == 1)
    }

    @Test("runs a Map whole again when what it yielded was too large to be put together")
    func tooLarge() async throws {
        let size = Counter(200_000)
        let machine = TestMachine { _, _ in .string(String(repeating: "x", count: size.value)) }
        let interpreter = machine.kept(in: MemoryExecutionStore())
        let definition = try StateMachineDefinition(
            parsing: #"""
                {"StartAt": "A", "States": {"A": {"Type": "Map", "End": true, "ItemProcessor": {"StartAt": "D", "States": {
                   "D": {\#(task), "End": true}}}}}}
                """#
        )
        try await interpreter.start("e", definition, input: [1, 2])
        #expect(try await interpreter.run("e").error == "States.DataLimitExceeded")
        while size.value > 3 { size.decrement() }
        #expect(try await interpreter.redrive("e").output == ["xxx", "xxx"])
        #expect(machine.calls.count == 4)
    }

    @Test("goes by the definition that the execution was started with")
    func definition() async throws {
        let kept = Kept(["{}": [.fail("X")]])
        let states = #"{"A": {\#(task), "End": true}}"#
        #expect(try await kept.run(states).status == .failed)
        #expect(try StateMachineDefinition(parsing: #require(kept.record).definition).text.contains("function:f"))
        #expect(try await kept.redrive().status == .succeeded)
    }

    @Test("is refused for what runs, succeeded, is unknown, or has too long a history")
    func refusals() async throws {
        let kept = Kept([:])
        #expect(try await kept.run(#"{"A": {"Type": "Succeed"}}"#).status == .succeeded)
        let succeeded = await #expect(throws: StateMachineError.self) { try await kept.redrive() }
        #expect(succeeded?.code == .executionNotRedrivable)
        let unknown = await #expect(throws: StateMachineError.self) { try await kept.interpreter.redrive("none") }
        #expect(unknown?.code == .executionDoesNotExist)
        var record = try #require(kept.record)
        let now = kept.machine.clock.now()
        record.status = .failed
        #expect(record.obstacleToRedrive(now: now) == nil)
        record.lastEventID = 24_998
        #expect(record.obstacleToRedrive(now: now) == nil)
        record.lastEventID = 24_999
        #expect(record.obstacleToRedrive(now: now)?.contains("history is full") == true)
        record.stopped = nil
        #expect(record.obstacleToRedrive(now: now)?.contains("still running") == true)
    }

    @Test("is possible for 14 days after the end, and no longer")
    func period() async throws {
        let clock = InstantClock()
        let kept = Kept(["{}": [.fail("X"), .fail("X")]], clock: clock)
        #expect(try await kept.run(#"{"A": {\#(task), "End": true}}"#).status == .failed)
        try await clock.sleep(for: .seconds(14 * 24 * 3600))
        #expect(try await kept.redrive().status == .failed)
        try await clock.sleep(for: .seconds(14 * 24 * 3600 + 1))
        let late = await #expect(throws: StateMachineError.self) { try await kept.redrive() }
        #expect(late?.code == .executionNotRedrivable)
        #expect(late?.message.contains("start a new one") == true)
    }
}
