import Testing

@testable import StateMachine

@Suite("The data of a state")
struct DataFlowTests {
    @Test(
        "pass through InputPath, Parameters, Result, ResultPath and OutputPath",
        arguments: [
            ("", ["a": ["b": 1], "c": 2]), (#""InputPath": "$.a","#, ["b": 1]), (#""InputPath": null,"#, [:]),
            (#""Parameters": {"x.$": "$.c"},"#, ["x": 2]),
            (#""InputPath": "$.a", "Parameters": {"x.$": "$.b"},"#, ["x": 1]), (#""Result": 5,"#, 5),
            (#""Result": {"x.$": "$.a"},"#, ["x.$": "$.a"]), (#""Result": null,"#, .null),
            (#""Result": 5, "ResultPath": "$.r","#, ["a": ["b": 1], "c": 2, "r": 5]),
            (#""Result": 5, "ResultPath": null,"#, ["a": ["b": 1], "c": 2]),
            (#""InputPath": "$.a", "Result": 5, "ResultPath": "$.a.b","#, ["a": ["b": 5], "c": 2]),
            (#""OutputPath": "$.a.b","#, 1), (#""OutputPath": null,"#, [:]),
            (#""Result": 5, "ResultPath": "$.r", "OutputPath": "$.r","#, 5), (#""OutputPath": "$$.State.Name","#, "A"),
            (#""InputPath": "$$.Execution.Input.c","#, 2),
        ] as [(String, JSONValue)]
    )
    func flow(fields: String, expected: JSONValue) async throws {
        let states = #"{"A": {"Type": "Pass", \#(fields) "End": true}}"#
        let result = try await TestMachine().run(states: states, input: ["a": ["b": 1], "c": 2])
        #expect(result.status == .succeeded)
        #expect(result.output == expected)
    }

    @Test("go through ResultSelector before ResultPath, and to Assign in between")
    func results() async throws {
        let machine = TestMachine { _, _ in ["n": 1, "rest": "dropped"] }
        let states = #"""
            {"A": {"Type": "Task", "Resource": "arn:aws:lambda:r:a:function:f", "ResultSelector": {"m.$": "$.n"}, "Assign": {"all.$": "$"}, "ResultPath": "$.r", "Next": "B"},
             "B": {"Type": "Pass", "Parameters": {"all.$": "$all", "input.$": "$"}, "End": true}}
            """#
        let result = try await machine.run(states: states, input: ["k": true])
        #expect(result.output == ["all": ["m": 1], "input": ["k": true, "r": ["m": 1]]])
    }

    @Test(
        "fail the execution under States.Runtime when a path finds nothing",
        arguments: [
            #""InputPath": "$.x","#, #""OutputPath": "$.x","#, #""Parameters": {"x.$": "$.x"},"#,
            #""Parameters": {"x.$": "$unset"},"#, #""Assign": {"x.$": "$.x"},"#,
        ]
    )
    func missing(fields: String) async throws {
        let result = try await TestMachine().run(states: #"{"A": {"Type": "Pass", \#(fields) "End": true}}"#)
        #expect(result.status == .failed)
        #expect(result.error == "States.Runtime")
    }

    @Test("fail under their own names when they do not fit")
    func otherFailures() async throws {
        let mismatch = try await TestMachine().run(
            states: #"{"A": {"Type": "Pass", "ResultPath": "$.x", "End": true}}"#,
            input: [1]
        )
        #expect(mismatch.error == "States.ResultPathMatchFailure")
        let intrinsic = try await TestMachine().run(
            states: #"{"A": {"Type": "Pass", "Parameters": {"x.$": "States.ArrayLength(1)"}, "End": true}}"#
        )
        #expect(intrinsic.error == "States.IntrinsicFailure")
    }

    @Test("are told who they belong to by the context object")
    func context() async throws {
        let states =
            #"{"A": {"Type": "Wait", "Seconds": 2, "Next": "B"}, "B": {"Type": "Pass", "Parameters": {"c.$": "$$"}, "End": true}}"#
        let result = try await TestMachine().run(states: states, input: ["k": 1])
        #expect(
            result.output?["c"] == [
                "Execution": [
                    "Id": "arn:aws:states:local:000000000000:execution:machine:test", "Input": ["k": 1], "Name": "test",
                    "RoleArn": "arn:aws:iam::000000000000:role/machine",
                    "StartTime": "2026-01-02T03:04:05.000Z", "RedriveCount": 0,
                ],
                "State": ["EnteredTime": "2026-01-02T03:04:07.000Z", "Name": "B", "RetryCount": 0],
                "StateMachine": ["Id": "arn:aws:states:local:000000000000:stateMachine:machine", "Name": "machine"],
            ]
        )
    }

    @Test("set variables that later states see, all at once with the values from before")
    func variables() async throws {
        let states = #"""
            {"A": {"Type": "Pass", "Assign": {"x": 1, "y": {"z.$": "$.k"}}, "Next": "B"},
             "B": {"Type": "Wait", "Seconds": 0, "Assign": {"x.$": "States.MathAdd($x, 1)", "old.$": "$x"}, "Next": "C"},
             "C": {"Type": "Pass", "Parameters": {"x.$": "$x", "old.$": "$old", "z.$": "$y.z"}, "End": true}}
            """#
        let result = try await TestMachine().run(states: states, input: ["k": "v"])
        #expect(result.output == ["x": 2, "old": 1, "z": "v"])
    }

    @Test("may have 262,144 bytes and no more")
    func limit() async throws {
        // The quotation marks of a string count.
        let fits = JSONValue.string(String(repeating: "x", count: payloadLimitInBytes - 2))
        let exceeds = JSONValue.string(String(repeating: "é", count: payloadLimitInBytes / 2))
        let states = #"{"A": {"Type": "Pass", "End": true}}"#
        #expect(try await TestMachine().run(states: states, input: fits).status == .succeeded)
        #expect(try await TestMachine().run(states: states, input: exceeds).error == "States.DataLimitExceeded")
        let grows = #"{"A": {"Type": "Pass", "Parameters": {"x.$": "$"}, "End": true}}"#
        #expect(try await TestMachine().run(states: grows, input: fits).error == "States.DataLimitExceeded")
        let task = #"{"A": {"Type": "Task", "Resource": "arn:aws:lambda:r:a:function:f", "End": true}}"#
        #expect(try await TestMachine { _, _ in exceeds }.run(states: task).error == "States.DataLimitExceeded")
    }

    @Test("stop at Succeed and Fail")
    func ends() async throws {
        let succeed = try await TestMachine().run(
            states: #"{"A": {"Type": "Succeed", "InputPath": "$.a", "OutputPath": "$.b"}}"#,
            input: ["a": ["b": 1]]
        )
        #expect(succeed == ExecutionResult(status: .succeeded, output: 1))
        let literal = try await TestMachine().run(states: #"{"A": {"Type": "Fail", "Error": "E", "Cause": "C"}}"#)
        #expect(literal == ExecutionResult(status: .failed, error: "E", cause: "C"))
        let paths = #"{"A": {"Type": "Fail", "ErrorPath": "$.e", "CausePath": "States.Format('{}!', $.c)"}}"#
        #expect(
            try await TestMachine().run(states: paths, input: ["e": "E", "c": "C"])
                == ExecutionResult(status: .failed, error: "E", cause: "C!")
        )
        #expect(try await TestMachine().run(states: paths, input: ["e": 1, "c": "C"]).error == "States.Runtime")
        #expect(try await TestMachine().run(states: #"{"A": {"Type": "Fail"}}"#) == ExecutionResult(status: .failed))
    }
}
