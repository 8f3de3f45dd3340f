import Testing

@testable import StateMachine

@Suite("A state is refused")
struct DefinitionDecoderTests {
    /// Expects one problem in state `A`, which is followed by `Z`.
    private func expectProblem(_ fields: String, _ problem: String) throws {
        let states = #"{"A": {\#(fields)}, "Z": {"Type": "Succeed"}}"#
        #expect(try problems(states: states).contains("state 'A', " + problem))
    }

    @Test(
        "for a field that its type does not have",
        arguments: [
            (#""Type": "Pass", "Resource": "r""#, "Resource"),
            (#""Type": "Pass", "ResultSelector": {}"#, "ResultSelector"), (#""Type": "Pass", "Retry": []"#, "Retry"),
            (#""Type": "Succeed", "Next": "Z""#, "Next"), (#""Type": "Succeed", "Assign": {}"#, "Assign"),
            (#""Type": "Fail", "End": true"#, "End"),
            (#""Type": "Fail", "InputPath": "$""#, "InputPath"),
            (#""Type": "Wait", "Seconds": 1, "ResultPath": "$""#, "ResultPath"),
            (#""Type": "Choice", "Choices": [], "Next": "Z""#, "Next"),
            (#""Type": "Task", "Resource": "arn:aws:lambda:r:a:function:f", "Arguments": {}"#, "Arguments"),
            (#""Type": "Task", "Resource": "arn:aws:lambda:r:a:function:f", "Credentials": {}"#, "Credentials"),
            (#""Type": "Pass", "Output": "x""#, "Output"),
        ]
    )
    func unknownFields(fields: String, field: String) throws {
        try expectProblem(fields, "field '\(field)': is unknown or not supported here")
    }

    @Test(
        "for what a field holds",
        arguments: [
            (#""Type": "Nap""#, "field 'Type': 'Nap' is not a type of state"),
            (#""Comment": "c""#, "field 'Type': is missing"),
            (#""Type": "Pass", "Next": 1"#, "field 'Next': must be a string"),
            (#""Type": "Pass", "End": "yes""#, "field 'End': must be true or false"),
            (#""Type": "Pass""#, "field 'Next': is missing, and 'End' is not true"),
            (#""Type": "Pass", "Next": "Z", "End": true"#, "field 'End': cannot be true when 'Next' is given"),
            (#""Type": "Pass", "End": false"#, "field 'Next': is missing, and 'End' is not true"),
            (#""Type": "Pass", "Next": "Y""#, "field 'Next': there is no state 'Y'"),
            (#""Type": "Pass", "InputPath": "x""#, "field 'InputPath': 'x' is not a JSONPath: it must begin with '$'"),
            (
                #""Type": "Pass", "ResultPath": "$.a[*]""#,
                "field 'ResultPath': '$.a[*]' is not a reference path: it must name exactly one place"
            ),
            (
                #""Type": "Pass", "Parameters": {"x.$": "States.UUID(1)"}"#,
                "field 'Parameters.x.$': States.UUID does not take 1 arguments"
            ),
            (#""Type": "Pass", "Assign": {"1x": 1}"#, "field 'Assign.1x': is not a name for a variable"),
            (#""Type": "Pass", "Assign": {"states": 1}"#, "field 'Assign.states': is not a name for a variable"),
            (#""Type": "Pass", "Assign": 1"#, "field 'Assign': must be an object"),
            (
                #""Type": "Pass", "QueryLanguage": "JSONata""#,
                "field 'QueryLanguage': 'JSONata' is not supported; only JSONPath is"
            ),
            (#""Type": "Wait", "Next": "Z""#, "needs exactly one"),
            (#""Type": "Wait", "Seconds": 1, "Timestamp": "x""#, "needs exactly one"),
            (#""Type": "Wait", "Seconds": -1"#, "field 'Seconds': must be a whole number from 0 to 99999999"),
            (#""Type": "Wait", "Timestamp": "now""#, "field 'Timestamp': 'now' is not a timestamp"),
            (
                #""Type": "Fail", "Error": "e", "ErrorPath": "$.e""#,
                "field 'ErrorPath': cannot be given together with 'Error'"
            ), (#""Type": "Fail", "CausePath": "c""#, "field 'CausePath'"),
            (#""Type": "Parallel", "Branches": []"#, "field 'Branches': must be an array with at least one branch"),
            (
                #""Type": "Parallel", "Branches": [{"StartAt": "X", "States": {"B": {"Type": "Succeed"}}}]"#,
                "field 'Branches[0].StartAt': there is no state 'X'"
            ),
        ]
    )
    func contents(fields: String, problem: String) throws {
        let states = #"{"A": {\#(fields)}, "Z": {"Type": "Succeed"}}"#
        #expect(
            try problems(states: states).contains {
                $0.hasPrefix("state 'A', \(problem)") || $0.hasPrefix("state 'A': \(problem)")
            }
        )
    }

    @Test(
        "for what its Task calls",
        arguments: [
            ("lister", "Resource", "'lister' is not an ARN"),
            (
                "arn:aws:states:::sqs:sendMessage", "Resource",
                "the integration 'arn:aws:states:::sqs:sendMessage' is not supported"
            ),
            (
                "arn:aws:states:::lambda:invoke.waitForTaskToken", "Resource",
                "callbacks (.waitForTaskToken) are not supported"
            ),
            (
                "arn:aws:states:::states:startExecution.sync", "Resource",
                "the integration 'arn:aws:states:::states:startExecution.sync' is not supported"
            ),
            (
                "arn:aws:states:eu-west-1:1:activity:a", "Resource",
                "the integration 'arn:aws:states:eu-west-1:1:activity:a' is not supported"
            ),
            (
                "arn:aws:lambda:eu-west-1:1:layer:l", "Resource",
                "'arn:aws:lambda:eu-west-1:1:layer:l' is not the ARN of a function"
            ),
            ("arn:aws:states:::lambda:invoke", "Parameters", "must be an object with 'FunctionName'"),
            ("arn:aws:states:::states:startExecution", "Parameters", "must be an object with 'StateMachineArn'"),
        ]
    )
    func resources(resource: String, field: String, problem: String) throws {
        try expectProblem(#""Type": "Task", "Resource": "\#(resource)", "Next": "Z""#, "field '\(field)': \(problem)")
    }

    @Test(
        "for the parameters of its Task",
        arguments: [
            (#"{"Payload": 1}"#, "FunctionName", "is missing"),
            (#"{"FunctionName": "f", "LogType": "Tail"}"#, "LogType", "is unknown or not supported here"),
            (
                #"{"FunctionName": "f", "InvocationType": "Event"}"#, "InvocationType",
                "only RequestResponse is supported"
            ),
            (#"{"FunctionName": "f", "InvocationType.$": "$.t"}"#, "InvocationType.$", "must be given literally"),
        ]
    )
    func parameters(parameters: String, field: String, problem: String) throws {
        try expectProblem(
            #""Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": \#(parameters), "Next": "Z""#,
            "field 'Parameters.\(field)': \(problem)"
        )
    }

    @Test(
        "for its time limits and error handling",
        arguments: [
            (#""TimeoutSeconds": 0"#, "field 'TimeoutSeconds': must be a whole number from 1 to 99999999"),
            (
                #""TimeoutSeconds": 5, "TimeoutSecondsPath": "$.t""#,
                "field 'TimeoutSecondsPath': cannot be given together with 'TimeoutSeconds'"
            ),
            (
                #""TimeoutSeconds": 5, "HeartbeatSeconds": 5"#,
                "field 'HeartbeatSeconds': must be less than 'TimeoutSeconds'"
            ), (#""ResultSelector": 1"#, "field 'ResultSelector': must be an object"),
            (#""Retry": 1"#, "field 'Retry': must be an array"),
            (#""Retry": [1]"#, "field 'Retry[0]': must be an object"),
            (#""Retry": [{}]"#, "field 'Retry[0].ErrorEquals': must be an array with at least one error name"),
            (
                #""Retry": [{"ErrorEquals": []}]"#,
                "field 'Retry[0].ErrorEquals': must be an array with at least one error name"
            ), (#""Retry": [{"ErrorEquals": ["a", "a"]}]"#, "field 'Retry[0].ErrorEquals': names an error twice"),
            (
                #""Retry": [{"ErrorEquals": ["States.ALL", "a"]}]"#,
                "field 'Retry[0].ErrorEquals': 'States.ALL' must stand alone"
            ),
            (
                #""Retry": [{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["a"]}]"#,
                "field 'Retry[0].ErrorEquals': 'States.ALL' must be in the last entry"
            ),
            (
                #""Retry": [{"ErrorEquals": ["a"], "IntervalSeconds": 0}]"#,
                "field 'Retry[0].IntervalSeconds': must be a whole number from 1 to 99999999"
            ),
            (
                #""Retry": [{"ErrorEquals": ["a"], "MaxAttempts": -1}]"#,
                "field 'Retry[0].MaxAttempts': must be a whole number from 0 to 99999999"
            ),
            (
                #""Retry": [{"ErrorEquals": ["a"], "BackoffRate": 0.5}]"#,
                "field 'Retry[0].BackoffRate': must be a number of at least 1"
            ),
            (
                #""Retry": [{"ErrorEquals": ["a"], "IntervalSeconds": 5, "MaxDelaySeconds": 5}]"#,
                "field 'Retry[0].MaxDelaySeconds': must be greater than 'IntervalSeconds'"
            ),
            (
                #""Retry": [{"ErrorEquals": ["a"], "JitterStrategy": "SOME"}]"#,
                "field 'Retry[0].JitterStrategy': must be FULL or NONE"
            ),
            (
                #""Retry": [{"ErrorEquals": ["a"], "Extra": 1}]"#,
                "field 'Retry[0].Extra': is unknown or not supported here"
            ),
            (#""Catch": [{"ErrorEquals": ["a"]}]"#, "field 'Catch[0].Next': is missing"),
            (#""Catch": [{"ErrorEquals": ["a"], "Next": "Y"}]"#, "field 'Catch[0].Next': there is no state 'Y'"),
            (
                #""Catch": [{"ErrorEquals": ["a"], "Next": "Z", "ResultPath": "e"}]"#,
                "field 'Catch[0].ResultPath': 'e' is not a JSONPath: it must begin with '$'"
            ),
        ]
    )
    func errorHandling(fields: String, problem: String) throws {
        try expectProblem(
            #""Type": "Task", "Resource": "arn:aws:lambda:r:a:function:f", "Next": "Z", \#(fields)"#,
            problem
        )
    }

    @Test(
        "for its Map",
        arguments: [
            (#""ItemReader": {}"#, "field 'ItemReader': belongs to a distributed Map, which is not supported"),
            (#""ItemBatcher": {}"#, "field 'ItemBatcher': belongs to a distributed Map, which is not supported"),
            (#""ResultWriter": {}"#, "field 'ResultWriter': belongs to a distributed Map, which is not supported"),
            (#""MaxConcurrency": -1"#, "field 'MaxConcurrency': must be a whole number from 0 to 2147483647"),
            (
                #""ToleratedFailurePercentage": 101"#,
                "field 'ToleratedFailurePercentage': must be a number from 0 to 100"
            ),
            (
                #""ItemSelector": {}, "Parameters": {}"#,
                "field 'Parameters': cannot be given together with 'ItemSelector'"
            ),
            (
                #""Iterator": {"StartAt": "J", "States": {"J": {"Type": "Succeed"}}}"#,
                "field 'Iterator': cannot be given together with 'ItemProcessor'"
            ), (#""ItemsPath": "l""#, "field 'ItemsPath': 'l' is not a JSONPath: it must begin with '$'"),
        ]
    )
    func maps(fields: String, problem: String) throws {
        try expectProblem(
            #""Type": "Map", "Next": "Z", "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Succeed"}}}, \#(fields)"#,
            problem
        )
        try expectProblem(#""Type": "Map", "Next": "Z""#, "field 'ItemProcessor': is missing")
        try expectProblem(
            #""Type": "Map", "Next": "Z", "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, "StartAt": "I", "States": {"I": {"Type": "Succeed"}}}"#,
            "field 'ItemProcessor.ProcessorConfig.Mode': a distributed Map is not supported; only INLINE is"
        )
    }
}
