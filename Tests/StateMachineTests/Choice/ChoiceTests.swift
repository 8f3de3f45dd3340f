import Testing

@testable import StateMachine

@Suite("A Choice state")
struct ChoiceTests {
    /// Whether a rule of the given condition is taken.
    private func holds(_ condition: String, _ input: JSONValue) async throws -> Bool {
        let states = #"""
            {"A": {"Type": "Choice", "Choices": [{\#(condition), "Next": "Yes"}], "Default": "No"},
             "Yes": {"Type": "Pass", "Result": true, "End": true}, "No": {"Type": "Pass", "Result": false, "End": true}}
            """#
        let result = try await TestMachine().run(states: states, input: input)
        let output = try #require(result.output)
        return output == true
    }

    @Test(
        "compares a value with a literal",
        arguments: [
            (#""StringEquals": "b""#, "b", true), (#""StringEquals": "\u00e9""#, "e\u{301}", false),
            (#""StringLessThan": "b""#, "a", true),
            (#""StringLessThan": "b""#, "b", false), (#""StringLessThanEquals": "b""#, "b", true),
            (#""StringGreaterThan": "b""#, "ba", true),
            (#""StringGreaterThanEquals": "b""#, "a", false), (#""StringEquals": "1""#, 1, false),
            (#""NumericEquals": 1"#, 1.0, true),
            (#""NumericEquals": 1"#, "1", false), (#""NumericLessThan": 1.5"#, 1, true),
            (#""NumericLessThanEquals": 1"#, 1, true),
            (#""NumericGreaterThan": 1"#, 1, false), (#""NumericGreaterThanEquals": 1"#, 2, true),
            (#""NumericEquals": 9007199254740993"#, 9_007_199_254_740_992, false),
            (#""BooleanEquals": true"#, true, true), (#""BooleanEquals": false"#, .null, false),
            (#""TimestampEquals": "2026-01-01T00:00:00Z""#, "2026-01-01T01:00:00+01:00", true),
            (#""TimestampLessThan": "2026-01-01T00:00:00Z""#, "2025-12-31T23:59:59.9Z", true),
            (#""TimestampGreaterThan": "2026-01-01T00:00:00Z""#, "2026-01-01T00:00:00Z", false),
            (#""TimestampGreaterThanEquals": "2026-01-01T00:00:00Z""#, "2026-01-01T00:00:00Z", true),
            (#""TimestampLessThanEquals": "2026-01-01T00:00:00Z""#, "later", false),
            (#""StringMatches": "log-*.txt""#, "log-1.txt", true), (#""StringMatches": "*""#, 1, false),
            (#""IsNull": true"#, .null, true), (#""IsNull": false"#, 0, true), (#""IsString": true"#, "", true),
            (#""IsNumeric": true"#, 0.5, true), (#""IsNumeric": true"#, "1", false),
            (#""IsBoolean": true"#, false, true), (#""IsTimestamp": true"#, "2026-01-01T00:00:00Z", true),
            (#""IsTimestamp": false"#, "2026-01-01", true), (#""IsPresent": true"#, .null, true),
        ] as [(String, JSONValue, Bool)]
    )
    func literals(test: String, value: JSONValue, expected: Bool) async throws {
        #expect(try await holds(#""Variable": "$.v", \#(test)"#, ["v": value]) == expected)
    }

    @Test(
        "compares two values of the data",
        arguments: [
            ("StringEqualsPath", "a", "a", true), ("StringLessThanPath", "a", "b", true),
            ("StringLessThanEqualsPath", "b", "a", false), ("StringGreaterThanPath", "b", "a", true),
            ("StringGreaterThanEqualsPath", "a", "a", true), ("NumericEqualsPath", 1, 1.0, true),
            ("NumericLessThanPath", 1, 2, true), ("NumericLessThanEqualsPath", 2, 1, false),
            ("NumericGreaterThanPath", 2, 1, true), ("NumericGreaterThanEqualsPath", 1, 1, true),
            ("NumericEqualsPath", 1, "1", false), ("BooleanEqualsPath", true, true, true),
            ("TimestampEqualsPath", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", true),
            ("TimestampLessThanPath", "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z", true),
            ("TimestampGreaterThanPath", "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z", false),
            ("TimestampLessThanEqualsPath", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", true),
            ("TimestampGreaterThanEqualsPath", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", true),
        ] as [(String, JSONValue, JSONValue, Bool)]
    )
    func paths(test: String, left: JSONValue, right: JSONValue, expected: Bool) async throws {
        #expect(try await holds(#""Variable": "$.l", "\#(test)": "$.r""#, ["l": left, "r": right]) == expected)
    }

    @Test(
        "joins conditions with And, Or and Not",
        arguments: [(15, true), (5, false), (25, false), (30, true)] as [(JSONValue, Bool)]
    )
    func composition(value: JSONValue, expected: Bool) async throws {
        let condition = #"""
            "Or": [{"And": [{"Variable": "$.v", "NumericGreaterThan": 10}, {"Not": {"Variable": "$.v", "NumericGreaterThan": 20}}]},
                   {"Variable": "$.v", "NumericEquals": 30}]
            """#
        #expect(try await holds(condition, ["v": value]) == expected)
    }

    @Test("stops at the first condition that decides, so that a test for presence protects the next one")
    func shortCircuit() async throws {
        let condition = #""And": [{"Variable": "$.v", "IsPresent": true}, {"Variable": "$.v", "NumericEquals": 1}]"#
        #expect(try await holds(condition, [:]) == false)
        #expect(try await holds(#""Variable": "$.v[*]", "IsPresent": true"#, ["v": []]) == false)
    }

    @Test(
        "fails under States.Runtime when a path finds nothing",
        arguments: [
            #""Variable": "$.missing", "IsNull": true"#, #""Variable": "$.v", "NumericEqualsPath": "$.missing""#,
        ]
    )
    func missing(condition: String) async throws {
        let states = #"{"A": {"Type": "Choice", "Choices": [{\#(condition), "Next": "B"}]}, "B": {"Type": "Succeed"}}"#
        let result = try await TestMachine().run(states: states, input: ["v": 1])
        #expect(result.error == "States.Runtime")
    }

    @Test("fails when nothing matches and there is no default")
    func noMatch() async throws {
        let states =
            #"{"A": {"Type": "Choice", "Choices": [{"Variable": "$.v", "IsNull": true, "Next": "B"}]}, "B": {"Type": "Succeed"}}"#
        let result = try await TestMachine().run(states: states, input: ["v": 1])
        #expect(result.status == .failed)
        #expect(result.error == "States.NoChoiceMatched")
    }

    @Test(
        "sets the variables of the rule that matched, or else its own",
        arguments: [(1, "rule"), (2, "state")] as [(JSONValue, JSONValue)]
    )
    func variables(value: JSONValue, expected: JSONValue) async throws {
        let states = #"""
            {"A": {"Type": "Choice", "InputPath": "$.i", "OutputPath": "$.v", "Choices": [{"Variable": "$.v", "NumericEquals": 1, "Next": "B", "Assign": {"by": "rule", "v.$": "$.v"}}],
                   "Default": "B", "Assign": {"by": "state", "v.$": "$.v"}},
             "B": {"Type": "Pass", "Parameters": {"by.$": "$by", "v.$": "$v", "input.$": "$"}, "End": true}}
            """#
        let result = try await TestMachine().run(states: states, input: ["i": ["v": value]])
        #expect(result.output == ["by": expected, "v": value, "input": value])
    }
}
