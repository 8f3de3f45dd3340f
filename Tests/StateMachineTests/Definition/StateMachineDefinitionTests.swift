import Testing

@testable import StateMachine

/// The problems of a definition, as text; none when it is accepted.
func problems(_ text: String) throws -> [String] {
    do throws(StateMachineError) {
        _ = try StateMachineDefinition(parsing: text)
        return []
    } catch {
        #expect(error.code == .invalidDefinition)
        return error.problems.map(\.description)
    }
}

/// The problems of states that begin with `A`.
func problems(states: String) throws -> [String] {
    try problems(#"{"StartAt": "A", "States": \#(states)}"#)
}

@Suite("A definition")
struct StateMachineDefinitionTests {
    @Test("is accepted with every field that the language has and the interpreter knows")
    func everything() throws {
        let text = #"""
            {"Comment": "c", "Version": "1.0", "QueryLanguage": "JSONPath", "TimeoutSeconds": 60, "StartAt": "A", "States": {
              "A": {"Type": "Pass", "Comment": "c", "QueryLanguage": "JSONPath", "InputPath": null, "Parameters": {"a.$": "$"}, "Result": 1,
                    "ResultPath": null, "OutputPath": null, "Assign": {"v": 1}, "Next": "B"},
              "B": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f", "Payload.$": "$", "Qualifier": "1",
                    "InvocationType": "RequestResponse"}, "ResultSelector": {"p.$": "$.Payload"}, "TimeoutSeconds": 60, "HeartbeatSeconds": 10,
                    "Retry": [{"Comment": "c", "ErrorEquals": ["X", "Y"], "IntervalSeconds": 1, "MaxAttempts": 0, "BackoffRate": 1.5, "MaxDelaySeconds": 5,
                               "JitterStrategy": "FULL"}, {"ErrorEquals": ["States.ALL"]}],
                    "Catch": [{"Comment": "c", "ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Assign": {"w": 1}, "Next": "C"}], "Next": "C"},
              "C": {"Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:111122223333:function:f", "TimeoutSecondsPath": "$.t", "HeartbeatSecondsPath": "$.h", "Next": "D"},
              "D": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "Parameters": {"StateMachineArn": "m", "Input.$": "$", "Name": "n"}, "Next": "E"},
              "E": {"Type": "Parallel", "Branches": [{"Comment": "c", "StartAt": "E1", "States": {"E1": {"Type": "Succeed", "InputPath": "$", "OutputPath": "$"}}}], "Next": "F"},
              "F": {"Type": "Map", "ItemsPath": "$.l", "ItemSelector": {}, "MaxConcurrencyPath": "$.m", "ToleratedFailureCount": 1, "ToleratedFailurePercentage": 5,
                    "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": "F1", "States": {"F1": {"Type": "Wait", "Seconds": 0, "End": true}}}, "Next": "G"},
              "G": {"Type": "Map", "MaxConcurrency": 0, "Parameters": {}, "ToleratedFailureCountPath": "$.c", "ToleratedFailurePercentagePath": "$.p",
                    "Iterator": {"StartAt": "G1", "States": {"G1": {"Type": "Wait", "TimestampPath": "$.t", "End": true}}}, "Next": "H"},
              "H": {"Type": "Choice", "Choices": [{"Comment": "c", "Variable": "$.x", "IsPresent": true, "Next": "I"}], "Default": "J"},
              "I": {"Type": "Fail", "Error": "e", "CausePath": "States.Format('{}', $.c)"},
              "J": {"Type": "Wait", "Timestamp": "2026-01-01T00:00:00Z", "End": false, "Next": "K"},
              "K": {"Type": "Wait", "SecondsPath": "$.s", "End": true}}}
            """#
        #expect(try problems(text) == [])
        let definition = try StateMachineDefinition(parsing: text)
        #expect(definition.comment == "c")
        #expect(definition.timeoutSeconds == 60)
        #expect(definition.graph.states.map(\.name) == ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K"])
    }

    @Test(
        "is refused as a whole when its frame is wrong",
        arguments: [
            (#"{"States": {"A": {"Type": "Succeed"}}}"#, "state machine, field 'StartAt': is missing"),
            (#"{"StartAt": "A"}"#, "state machine, field 'States': is missing"),
            (
                #"{"StartAt": "A", "States": {}}"#,
                "state machine, field 'States': must be an object with at least one state"
            ),
            (
                #"{"StartAt": "B", "States": {"A": {"Type": "Succeed"}}}"#,
                "state machine, field 'StartAt': there is no state 'B'"
            ),
            (
                #"{"StartAt": "A", "Extra": 1, "States": {"A": {"Type": "Succeed"}}}"#,
                "state machine, field 'Extra': is unknown or not supported here"
            ),
            (
                #"{"StartAt": "A", "QueryLanguage": "JSONata", "States": {"A": {"Type": "Succeed"}}}"#,
                "state machine, field 'QueryLanguage': 'JSONata' is not supported; only JSONPath is"
            ),
            (
                #"{"StartAt": "A", "Version": "2", "States": {"A": {"Type": "Succeed"}}}"#,
                "state machine, field 'Version': must be '1.0'"
            ),
            (
                #"{"StartAt": "A", "TimeoutSeconds": 0, "States": {"A": {"Type": "Succeed"}}}"#,
                "state machine, field 'TimeoutSeconds': must be a whole number from 1 to 99999999"
            ),
        ]
    )
    func frame(text: String, problem: String) throws {
        #expect(try problems(text) == [problem])
    }

    @Test("is refused when it is no JSON object")
    func notAnObject() {
        #expect { try StateMachineDefinition(parsing: "[]") } throws: {
            ($0 as? StateMachineError)?.code == .invalidDefinition
        }
        #expect { try StateMachineDefinition(parsing: "{") } throws: {
            ($0 as? StateMachineError)?.code == .invalidJSON
        }
    }

    @Test("lists all its problems at once")
    func allProblems() throws {
        let found = try problems(
            states:
                #"{"A": {"Type": "Pass", "Next": "X"}, "B": {"Type": "Pass", "InputPath": "a", "End": true}, "C": {"Type": "Wait"}}"#
        )
        #expect(found.count == 5, "three that are wrong, and two that are out of reach besides")
        let error = #expect(throws: StateMachineError.self) {
            try StateMachineDefinition(parsing: #"{"StartAt": 1, "States": {"A": {"Type": "Y"}}}"#)
        }
        #expect(error?.message == "the definition has 2 problems")
        #expect(error?.description.split(separator: "\n").count == 3)
    }

    @Test("has its placeholders replaced in the text, escaped for JSON")
    func substitution() throws {
        let text =
            #"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": "${Quote} $5 ${Name}${Name}", "End": true}}}"#
        let replaced = StateMachineDefinition.substituting(["Quote": #""\"#, "Name": "n"], in: text)
        #expect(replaced.contains(#""\"\\ $5 nn""#))
        #expect(throws: Never.self) {
            try StateMachineDefinition(parsing: text, substitutions: ["Quote": #""\"#, "Name": "n"])
        }
    }

    @Test("is refused while placeholders are left, with their names")
    func leftPlaceholders() throws {
        let text =
            #"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Parameters": {"x": ["${One} ${"]}, "End": true}}}"#
        #expect(try problems(text) == ["state 'A', field 'Parameters': no value for '${One}'"])
        #expect(StateMachineDefinition.substituting(["Two": "2"], in: "${One} ${Two ${Two}") == "${One} ${Two 2")
    }
}
