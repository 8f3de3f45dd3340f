import Testing

@testable import StateMachine

private let function = #""Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:111122223333:function:f""#

/// A function that fails a number of times before it answers.
private func failing(_ error: String, times: Int) -> TestMachine {
    let left = Counter(times)
    return TestMachine { _, _ in
        if left.decrement() { throw TaskFailure(error: error, cause: "why") }
        return "done"
    }
}

@Suite("A Task state")
struct TaskTests {
    @Test("calls the function of its resource with its input")
    func resource() async throws {
        let machine = TestMachine { _, event in ["got": event] }
        let result = try await machine.run(
            states: #"{"A": {\#(function), "Parameters": {"x.$": "$.k"}, "End": true}}"#,
            input: ["k": 1]
        )
        #expect(result.output == ["got": ["x": 1]])
        #expect(machine.calls == ["f"])
        #expect(
            machine.types == [
                "ExecutionStarted", "TaskStateEntered", "LambdaFunctionScheduled", "LambdaFunctionStarted",
                "LambdaFunctionSucceeded", "TaskStateExited", "ExecutionSucceeded",
            ]
        )
    }

    @Test("calls the function of its parameters and wraps the answer as the integration does")
    func integration() async throws {
        let machine = TestMachine { name, event in ["name": .string(name), "event": event] }
        let states = #"""
            {"A": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName.$": "$.f", "Payload": {"x.$": "$.k"}}, "End": true}}
            """#
        let result = try await machine.run(
            states: states,
            input: ["f": "arn:aws:lambda:r:a:function:lister:prod", "k": 1]
        )
        #expect(
            result.output == [
                "ExecutedVersion": "$LATEST", "Payload": ["name": "lister", "event": ["x": 1]], "StatusCode": 200,
            ]
        )
        let bare =
            #"{"A": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}, "OutputPath": "$.Payload.event", "End": true}}"#
        #expect(try await machine.run(states: bare).output == [:])
        #expect(try await machine.run(states: states, input: ["f": "not a name", "k": 1]).error == "States.TaskFailed")
        #expect(try await machine.run(states: states, input: ["f": 1, "k": 1]).error == "States.Runtime")
    }

    @Test("starts an execution, and waits for it or not", arguments: [("", false), (".sync:2", true)])
    func startExecution(suffix: String, waits: Bool) async throws {
        let machine = TestMachine(start: { request in
            [
                "arn": .string(request.stateMachineARN), "name": request.name.map { .string($0) } ?? .null,
                "input": request.input, "waits": .bool(request.waitsForCompletion),
            ]
        })
        let states = #"""
            {"A": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution\#(suffix)",
                   "Parameters": {"StateMachineArn": "m", "Name.$": "$.n", "Input": {"i.$": "$.k"}}, "End": true}}
            """#
        let result = try await machine.run(states: states, input: ["n": "next", "k": 1])
        #expect(result.output == ["arn": "m", "name": "next", "input": ["i": 1], "waits": .bool(waits)])
        #expect(machine.types.contains("TaskSucceeded"))
    }

    @Test("fails under the name that the function throws, or States.TaskFailed with no more than the error's type")
    func failures() async throws {
        struct Secret: Error {}
        let named = try await failing("Custom", times: 1).run(states: #"{"A": {\#(function), "End": true}}"#)
        #expect(named == ExecutionResult(status: .failed, error: "Custom", cause: "why"))
        let unnamed = try await TestMachine { _, _ in throw Secret() }.run(
            states: #"{"A": {\#(function), "End": true}}"#
        )
        #expect(unnamed == ExecutionResult(status: .failed, error: "States.TaskFailed", cause: "Secret"))
    }

    @Test(
        "is timed out and the call cancelled, whether the limit is written down or found in the data",
        arguments: [#""TimeoutSeconds": 5"#, #""TimeoutSecondsPath": "$.t""#]
    )
    func timeout(field: String) async throws {
        let clock = ManualClock()
        let wasCancelled = Counter(0)
        let machine = TestMachine(clock: clock) { _, _ in
            await clock.waitForSleepers(1)
            clock.advance(by: .seconds(5))
            do {
                try await clock.sleep(for: .seconds(100))
            } catch {
                wasCancelled.increment()
                throw error
            }
            return .null
        }
        let states =
            #"{"A": {\#(function), \#(field), "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "B"}], "End": true}, "B": {"Type": "Pass", "End": true}}"#
        let result = try await machine.run(states: states, input: ["t": 5])
        #expect(result.output == ["Error": "States.Timeout", "Cause": ""])
        #expect(wasCancelled.value == 1)
        #expect(machine.types.contains("LambdaFunctionTimedOut"))
    }

    @Test("is not timed out when the answer comes in time, and fails when the limit is no number")
    func inTime() async throws {
        let machine = TestMachine(clock: ManualClock()) { _, _ in "done" }
        let states = #"{"A": {\#(function), "TimeoutSecondsPath": "$.t", "End": true}}"#
        #expect(try await machine.run(states: states, input: ["t": 5]).output == "done")
        #expect(try await machine.run(states: states, input: ["t": 0]).error == "States.Runtime")
        #expect(try await machine.run(states: states, input: ["t": "x"]).error == "States.Runtime")
    }
}

@Suite("Retry")
struct RetryTests {
    private func run(
        _ machine: TestMachine,
        _ retry: String,
        catching: String = "[]",
        random: Double = 0.5
    ) async throws -> ExecutionResult {
        try await machine.run(
            states:
                #"{"A": {\#(function), "Retry": \#(retry), "Catch": \#(catching), "End": true}, "C": {"Type": "Pass", "End": true}}"#
                .replacing(catching == "[]" ? #", "C": {"Type": "Pass", "End": true}"# : "\u{0}", with: ""),
            random: random
        )
    }

    @Test("tries again with growing intervals until it succeeds")
    func backoff() async throws {
        let machine = failing("X", times: 3)
        #expect(
            try await run(machine, #"[{"ErrorEquals": ["X"], "IntervalSeconds": 3, "BackoffRate": 2.0}]"#).output
                == "done"
        )
        #expect((machine.clock as? InstantClock)?.sleeps == [.seconds(3), .seconds(6), .seconds(12)])
        #expect(machine.types.filter { $0 == "LambdaFunctionFailed" }.count == 3)
        #expect(machine.types.filter { $0 == "TaskStateEntered" }.count == 1)
    }

    @Test("waits one second, then two, then four, and gives up after three times when nothing is said")
    func defaults() async throws {
        let machine = failing("X", times: 100)
        #expect(try await run(machine, #"[{"ErrorEquals": ["X"]}]"#).error == "X")
        #expect((machine.clock as? InstantClock)?.sleeps == [.seconds(1), .seconds(2), .seconds(4)])
    }

    @Test("never waits longer than MaxDelaySeconds")
    func maxDelay() async throws {
        let machine = failing("X", times: 3)
        _ = try await run(machine, #"[{"ErrorEquals": ["X"], "IntervalSeconds": 3, "MaxDelaySeconds": 5}]"#)
        #expect((machine.clock as? InstantClock)?.sleeps == [.seconds(3), .seconds(5), .seconds(5)])
    }

    @Test("draws the delay between nothing and its full length with full jitter")
    func jitter() async throws {
        let machine = failing("X", times: 2)
        _ = try await run(
            machine,
            #"[{"ErrorEquals": ["X"], "IntervalSeconds": 4, "JitterStrategy": "FULL"}]"#,
            random: 0.25
        )
        #expect((machine.clock as? InstantClock)?.sleeps == [.seconds(1), .seconds(2)])
    }

    @Test("does not try again with MaxAttempts 0")
    func never() async throws {
        let machine = failing("X", times: 1)
        #expect(
            try await run(machine, #"[{"ErrorEquals": ["X"], "MaxAttempts": 0}, {"ErrorEquals": ["States.ALL"]}]"#)
                .error == "X"
        )
        #expect(machine.calls.count == 1)
    }

    @Test("counts for each retrier apart, and takes the first that names the error")
    func counting() async throws {
        let calls = Counter(0)
        let machine = TestMachine { _, _ in
            let count = calls.increment()
            throw TaskFailure(error: count.isMultiple(of: 2) ? "Y" : "X")
        }
        let retry =
            #"[{"ErrorEquals": ["X"], "MaxAttempts": 2, "IntervalSeconds": 1}, {"ErrorEquals": ["Y"], "MaxAttempts": 5, "IntervalSeconds": 10}]"#
        #expect(try await run(machine, retry).error == "X")
        #expect((machine.clock as? InstantClock)?.sleeps == [.seconds(1), .seconds(10), .seconds(2), .seconds(20)])
    }

    @Test("tells the attempt in the context object")
    func retryCount() async throws {
        let left = Counter(2)
        let machine = TestMachine { _, event in
            if left.decrement() { throw TaskFailure(error: "X") }
            return event
        }
        let states =
            #"{"A": {\#(function), "Parameters": {"n.$": "$$.State.RetryCount"}, "Retry": [{"ErrorEquals": ["States.TaskFailed"]}], "End": true}}"#
        #expect(try await machine.run(states: states).output == ["n": 2])
        #expect(machine.payloads == [["n": 0], ["n": 1], ["n": 2]])
    }

    @Test(
        "matches errors by name and by wildcard",
        arguments: [
            ("States.ALL", "X", true), ("States.ALL", "States.Timeout", true), ("States.ALL", "States.Runtime", false),
            ("States.ALL", "States.DataLimitExceeded", false),
            ("States.TaskFailed", "X", true), ("States.TaskFailed", "States.TaskFailed", true),
            ("States.TaskFailed", "States.Timeout", false), ("States.TaskFailed", "States.Runtime", false),
            ("States.Runtime", "States.Runtime", false), ("States.DataLimitExceeded", "States.DataLimitExceeded", true),
            ("X", "X", true), ("X", "Y", false), ("State.ALL", "X", false),
        ]
    )
    func matching(pattern: String, error: String, expected: Bool) async throws {
        #expect(ErrorName(pattern).matches(ErrorName(error)) == expected)
        let caught = try await run(
            failing(error, times: 1),
            "[]",
            catching: #"[{"ErrorEquals": ["\#(pattern)"], "Next": "C"}]"#
        )
        #expect((caught.status == .succeeded) == expected)
    }

    @Test("stops growing instead of overflowing")
    func overflow() {
        var retrier = Retrier(errors: [.all])
        retrier.backoffRate = 10
        #expect(retrier.delay(after: 99_999_999) { 0 } == .seconds(31_622_400))
    }
}

@Suite("Catch")
struct CatchTests {
    @Test(
        "hands on the error in place of the input, in it, or not at all; OutputPath does not apply",
        arguments: [
            ("", ["Error": "X", "Cause": "why"]),
            (#""ResultPath": "$.e","#, ["k": 1, "e": ["Error": "X", "Cause": "why"]]),
            (#""ResultPath": null,"#, ["k": 1]),
        ] as [(String, JSONValue)]
    )
    func output(field: String, expected: JSONValue) async throws {
        let states = #"""
            {"A": {\#(function), "InputPath": "$.k", "OutputPath": "$.nowhere", "Catch": [{"ErrorEquals": ["Y"], "Next": "B"}, {\#(field) "ErrorEquals": ["Z", "X"], "Next": "C"}], "Next": "B"},
             "B": {"Type": "Fail"}, "C": {"Type": "Pass", "End": true}}
            """#
        let machine = failing("X", times: 1)
        #expect(try await machine.run(states: states, input: ["k": 1]).output == expected)
        #expect(machine.types.filter { $0 == "TaskStateExited" }.count == 1)
    }

    @Test("comes after the retries, and sets variables from the error")
    func variables() async throws {
        let states = #"""
            {"A": {\#(function), "Retry": [{"ErrorEquals": ["X"], "MaxAttempts": 1}], "Catch": [{"ErrorEquals": ["States.ALL"], "Assign": {"e.$": "$.Error"}, "ResultPath": null, "Next": "C"}], "End": true},
             "C": {"Type": "Pass", "Parameters": {"e.$": "$e"}, "End": true}}
            """#
        let machine = failing("X", times: 5)
        #expect(try await machine.run(states: states).output == ["e": "X"])
        #expect(machine.calls.count == 2)
    }

    @Test("covers what goes wrong with the result, but not a path that finds nothing")
    func processing() async throws {
        func states(_ selector: String) -> String {
            #"{"A": {\#(function), "ResultSelector": \#(selector), "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "C"}], "End": true}, "C": {"Type": "Pass", "OutputPath": "$.Error", "End": true}}"#
        }
        let machine = TestMachine { _, _ in ["x": 1] }
        #expect(
            try await machine.run(states: states(#"{"y.$": "States.ArrayLength($.x)"}"#)).output
                == "States.IntrinsicFailure"
        )
        #expect(try await machine.run(states: states(#"{"y.$": "$.z"}"#)).error == "States.Runtime")
    }
}
