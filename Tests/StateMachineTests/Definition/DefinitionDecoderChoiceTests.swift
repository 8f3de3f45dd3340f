import Testing

@testable import StateMachine

@Suite("A Choice state is refused")
struct DefinitionDecoderChoiceTests {
    @Test(
        "for its rules",
        arguments: [
            (#""Choices": []"#, "field 'Choices': must be an array with at least one rule"),
            (#""Default": "Z""#, "field 'Choices': must be an array with at least one rule"),
            (#""Choices": [{"Variable": "$", "IsNull": true}]"#, "field 'Choices[0].Next': is missing"),
            (
                #""Choices": [{"Variable": "$", "Next": "Z"}]"#,
                "field 'Choices[0]': needs exactly one comparison operator"
            ),
            (
                #""Choices": [{"Variable": "$", "IsNull": true, "IsString": true, "Next": "Z"}]"#,
                "field 'Choices[0]': needs exactly one comparison operator"
            ),
            (
                #""Choices": [{"IsNull": true, "Next": "Z"}]"#,
                "field 'Choices[0]': needs exactly one of And, Or, Not and Variable"
            ),
            (
                #""Choices": [{"And": [], "Next": "Z"}]"#,
                "field 'Choices[0].And': must be an array with at least one condition"
            ),
            (
                #""Choices": [{"And": [{"Variable": "$", "IsNull": true, "Next": "Z"}], "Next": "Z"}]"#,
                "field 'Choices[0].And[0].Next': is unknown or not supported here"
            ),
            (#""Choices": [{"Not": 1, "Next": "Z"}]"#, "field 'Choices[0].Not': must be an object"),
            (
                #""Choices": [{"Variable": "x", "IsNull": true, "Next": "Z"}]"#,
                "field 'Choices[0].Variable': 'x' is not a JSONPath: it must begin with '$'"
            ),
            (
                #""Choices": [{"Variable": "$", "StringEquals": 1, "Next": "Z"}]"#,
                "field 'Choices[0].StringEquals': must be a string"
            ),
            (
                #""Choices": [{"Variable": "$", "NumericLessThan": "1", "Next": "Z"}]"#,
                "field 'Choices[0].NumericLessThan': must be a number"
            ),
            (
                #""Choices": [{"Variable": "$", "BooleanEquals": 1, "Next": "Z"}]"#,
                "field 'Choices[0].BooleanEquals': must be true or false"
            ),
            (
                #""Choices": [{"Variable": "$", "TimestampEquals": "x", "Next": "Z"}]"#,
                "field 'Choices[0].TimestampEquals': must be a timestamp"
            ),
            (
                #""Choices": [{"Variable": "$", "IsNull": 1, "Next": "Z"}]"#,
                "field 'Choices[0].IsNull': must be true or false"
            ),
            (
                #""Choices": [{"Variable": "$", "StringEqualsPath": "x", "Next": "Z"}]"#,
                "field 'Choices[0].StringEqualsPath': 'x' is not a JSONPath: it must begin with '$'"
            ),
            (
                #""Choices": [{"Variable": "$", "StringMatches": "\\a", "Next": "Z"}]"#,
                "field 'Choices[0].StringMatches': a backslash may only stand before * and \\"
            ),
            (
                #""Choices": [{"Variable": "$", "IsNull": true, "Next": "Y"}]"#,
                "field 'Choices[0].Next': there is no state 'Y'"
            ),
            (
                #""Choices": [{"Variable": "$", "IsNull": true, "Next": "Z"}], "Default": "Y""#,
                "field 'Default': there is no state 'Y'"
            ),
            (
                #""Choices": [{"Condition": "{% true %}", "Next": "Z"}]"#,
                "field 'Choices[0].Condition': is unknown or not supported here"
            ),
        ]
    )
    func choices(fields: String, problem: String) throws {
        let states = #"{"A": {"Type": "Choice", \#(fields)}, "Z": {"Type": "Succeed"}}"#
        #expect(try problems(states: states).contains("state 'A', " + problem))
    }
}
