import Testing

@testable import StateMachine

private let call = #""Type": "Task", "Resource": "arn:aws:lambda:r:a:function:f""#

@Suite("A Parallel state")
struct ParallelTests {
    private let states = #"""
        {"A": {"Type": "Parallel", "Parameters": {"x.$": "$.k"}, "ResultSelector": {"both.$": "$"}, "ResultPath": "$.r", "Catch": [{"ErrorEquals": ["X"], "Next": "C"}], "End": true, "Branches": [
          {"StartAt": "P", "States": {"P": {"Type": "Pass", "Parameters": {"p.$": "$.x"}, "End": true}}},
          {"StartAt": "Q", "States": {"Q": {\#(call), "End": true}}}]}, "C": {"Type": "Pass", "End": true}}
        """#

    @Test("gives each branch its input and yields their outputs in order")
    func outputs() async throws {
        let machine = TestMachine { _, event in ["q": event] }
        #expect(
            try await machine.run(states: states, input: ["k": 1]).output == [
                "k": 1, "r": ["both": [["p": 1], ["q": ["x": 1]]]],
            ]
        )
        #expect(machine.types.suffix(3) == ["ParallelStateSucceeded", "ParallelStateExited", "ExecutionSucceeded"])
    }

    @Test("fails with the first failure of a branch, which can be caught")
    func failure() async throws {
        let machine = TestMachine { _, _ in throw TaskFailure(error: "X", cause: "why") }
        #expect(try await machine.run(states: states, input: ["k": 1]).output == ["Error": "X", "Cause": "why"])
        #expect(machine.types.contains("ParallelStateFailed"))
    }

    @Test("cancels the other branches when one fails")
    func cancellation() async throws {
        let clock = ManualClock()
        let machine = TestMachine(clock: clock) { _, event in
            if event == "fail" {
                await clock.waitForSleepers(1)
                throw TaskFailure(error: "X")
            }
            try await clock.sleep(for: .seconds(100))
            return .null
        }
        let states = #"""
            {"A": {"Type": "Parallel", "End": true, "Branches": [
              {"StartAt": "P", "States": {"P": {\#(call), "InputPath": "$.p", "End": true}}}, {"StartAt": "Q", "States": {"Q": {\#(call), "InputPath": "$.q", "End": true}}}]}}
            """#
        let result = try await machine.run(states: states, input: ["p": "wait", "q": "fail"])
        #expect(result.error == "X")
        #expect(machine.types.filter { $0 == "LambdaFunctionFailed" }.count == 1)
    }

    @Test("lets branches see variables, but keeps what they set to them")
    func variables() async throws {
        let states = #"""
            {"A": {"Type": "Pass", "Assign": {"v": 1}, "Next": "B"},
             "B": {"Type": "Parallel", "Next": "C", "Branches": [{"StartAt": "P", "States": {"P": {"Type": "Pass", "Assign": {"w.$": "$v"}, "Next": "Q"}, "Q": {"Type": "Pass", "Parameters": {"w.$": "$w"}, "End": true}}}]},
             "C": {"Type": "Pass", "Parameters": {"w.$": "$w"}, "End": true}}
            """#
        let machine = TestMachine()
        #expect(try await machine.run(states: states).error == "States.Runtime")
        #expect(machine.events.contains { $0.details.name == "Q" && $0.details.output == ["w": 1] })
    }
}

@Suite("A Map state")
struct MapTests {
    private func map(_ fields: String, states: String? = nil) -> String {
        let inner = states ?? #"{"I": {\#(call), "End": true}}"#
        return
            #"{"A": {"Type": "Map", \#(fields) "ItemProcessor": {"StartAt": "I", "States": \#(inner)}, "End": true}}"#
    }

    @Test("runs its states for each item and yields the outputs in order")
    func outputs() async throws {
        let machine = TestMachine { _, event in ["got": event] }
        let result = try await machine.run(
            states: map(#""InputPath": "$.in", "ItemsPath": "$.l", "ResultPath": "$.out","#),
            input: ["in": ["l": [1, "x"]]]
        )
        #expect(result.output == ["in": ["l": [1, "x"]], "out": [["got": 1], ["got": "x"]]])
        #expect(try await machine.run(states: map(""), input: []).output == [])
    }

    @Test(
        "makes the input of an iteration from the item, its index and the state's input",
        arguments: ["ItemSelector", "Parameters"]
    )
    func selector(field: String) async throws {
        let machine = TestMachine { _, event in event }
        let selector =
            #""\#(field)": {"i.$": "$$.Map.Item.Index", "v.$": "$$.Map.Item.Value", "k.$": "$.k"}, "ItemsPath": "$.l","#
        let result = try await machine.run(states: map(selector), input: ["l": ["a", "b"], "k": true])
        #expect(result.output == [["i": 0, "v": "a", "k": true], ["i": 1, "v": "b", "k": true]])
    }

    @Test("shows the item to the states inside")
    func context() async throws {
        let inner =
            #"{"I": {"Type": "Pass", "Next": "J"}, "J": {"Type": "Pass", "Parameters": {"i.$": "$$.Map.Item.Index"}, "End": true}}"#
        #expect(
            try await TestMachine().run(states: map("", states: inner), input: ["a", "b"]).output == [
                ["i": 0], ["i": 1],
            ]
        )
    }

    @Test(
        "runs as many iterations at once as it may",
        .timeLimit(.minutes(10)),
        arguments: [
            (#""MaxConcurrency": 2,"#, 2), (#""MaxConcurrencyPath": "$$.Execution.Name","#, 3), ("", 40),
            (#""MaxConcurrency": 0,"#, 40), (#""MaxConcurrency": 100,"#, 60),
        ]
    )
    func concurrency(field: String, expected: Int) async throws {
        let clock = ManualClock()
        let (running, most) = (Counter(0), Counter(0))
        let machine = TestMachine(clock: clock) { _, _ in
            most.raise(to: running.increment())
            try await clock.sleep(for: .seconds(1))
            running.decrement()
            return .null
        }
        let definition = try StateMachineDefinition(parsing: #"{"StartAt": "A", "States": \#(map(field))}"#)
        let interpreter = Interpreter(definition: definition, environment: machine.environment())
        async let result = interpreter.run(input: .array(Array(repeating: 1, count: 60)), name: "3")
        for started in stride(from: 0, to: 60, by: expected) {
            await clock.waitForSleepers(min(expected, 60 - started))
            clock.advance(by: .seconds(1))
        }
        #expect(await result.status == .succeeded)
        #expect(most.value == expected)
    }

    @Test(
        "fails under States.Runtime when the items or the limits are none",
        arguments: [
            (["l": 1, "m": 1], #""ItemsPath": "$.l","#),
            (["l": [], "m": "x"], #""ItemsPath": "$.l", "MaxConcurrencyPath": "$.m","#),
            (["l": [], "m": -1], #""ItemsPath": "$.l", "ToleratedFailureCountPath": "$.m","#),
            (["l": [], "m": 101], #""ItemsPath": "$.l", "ToleratedFailurePercentagePath": "$.m","#),
        ] as [(JSONValue, String)]
    )
    func invalid(input: JSONValue, fields: String) async throws {
        #expect(try await TestMachine().run(states: map(fields), input: input).error == "States.Runtime")
    }

    @Test("fails with the first failure of an iteration and starts no more")
    func failure() async throws {
        let machine = TestMachine { _, event in
            if event == 2 { throw TaskFailure(error: "X", cause: "why") }
            return event
        }
        let result = try await machine.run(states: map(#""MaxConcurrency": 1,"#), input: [1, 2, 3])
        #expect(result == ExecutionResult(status: .failed, error: "X", cause: "why"))
        #expect(machine.payloads == [1, 2])
        #expect(machine.types.suffix(3) == ["MapIterationFailed", "MapStateFailed", "ExecutionFailed"])
    }

    @Test(
        "tolerates as many failures as it says",
        arguments: [
            (#""ToleratedFailureCount": 2,"#, nil),
            (#""ToleratedFailureCount": 1,"#, "States.ExceedToleratedFailureThreshold"),
            (#""ToleratedFailurePercentage": 50,"#, nil),
            (#""ToleratedFailurePercentage": 49.9,"#, "States.ExceedToleratedFailureThreshold"),
            (
                #""ToleratedFailureCount": 4, "ToleratedFailurePercentage": 25,"#,
                "States.ExceedToleratedFailureThreshold"
            ),
            (#""ToleratedFailureCountPath": "$[1]","#, nil),
        ] as [(String, String?)]
    )
    func tolerance(fields: String, error: String?) async throws {
        let machine = TestMachine { _, event in
            if event == 2 || event == 4 { throw TaskFailure(error: "X") }
            return event
        }
        let result = try await machine.run(states: map(#""MaxConcurrency": 1, \#(fields)"#), input: [1, 2, 3, 4])
        #expect(result.error == error)
        if error == nil { #expect(result.output == [1, 3]) }
    }

    @Test("tolerates nothing that no state may catch")
    func fatal() async throws {
        let inner = #"{"I": {"Type": "Pass", "InputPath": "$.x", "End": true}}"#
        #expect(
            try await TestMachine().run(states: map(#""ToleratedFailureCount": 9,"#, states: inner), input: [1]).error
                == "States.Runtime"
        )
    }

    @Test("stops the other iterations when one fails, which the history tells")
    func aborts() async throws {
        let clock = ManualClock()
        let machine = TestMachine(clock: clock) { _, event in
            if event == "fail" {
                await clock.waitForSleepers(1)
                throw TaskFailure(error: "X")
            }
            try await clock.sleep(for: .seconds(100))
            return .null
        }
        #expect(try await machine.run(states: map(""), input: ["wait", "fail"]).error == "X")
        #expect(machine.types.contains("MapIterationAborted"))
        #expect(machine.events.first { $0.type == .mapIterationAborted }?.details.index == 0)
    }

    @Test("is tried again as a whole")
    func retry() async throws {
        let left = Counter(1)
        let machine = TestMachine { _, event in
            if left.decrement() { throw TaskFailure(error: "X") }
            return event
        }
        #expect(
            try await machine.run(
                states: map(#""Retry": [{"ErrorEquals": ["X"]}], "MaxConcurrency": 1,"#),
                input: [1, 2]
            ).output == [1, 2]
        )
        #expect(machine.payloads == [1, 1, 2])
    }
}
