import Testing

@testable import StateMachine

@Suite("A graph is refused")
struct GraphValidatorTests {
    @Test("when a state cannot be reached")
    func unreachable() throws {
        let states =
            #"{"A": {"Type": "Succeed"}, "B": {"Type": "Pass", "Next": "C"}, "C": {"Type": "Pass", "Next": "B"}}"#
        #expect(
            try problems(states: states) == [
                "state 'B': cannot be reached from 'A'", "state 'C': cannot be reached from 'A'",
            ]
        )
    }

    @Test("but not when a state is reached by a rule, a default or a catcher only")
    func reachable() throws {
        let states = #"""
            {"A": {"Type": "Choice", "Choices": [{"Variable": "$", "IsNull": true, "Next": "B"}], "Default": "C"}, "B": {"Type": "Succeed"},
             "C": {"Type": "Task", "Resource": "arn:aws:lambda:r:a:function:f", "Catch": [{"ErrorEquals": ["x"], "Next": "D"}], "End": true}, "D": {"Type": "Succeed"}}
            """#
        #expect(try problems(states: states) == [])
    }

    @Test("when a state leads nowhere or is out of reach, whatever else is wrong with it or with others")
    func besideOthers() throws {
        let states = #"""
            {"A": {"Type": "Nonsense", "Next": "B", "Catch": [{"Next": "Nowhere"}]},
             "B": {"Type": "Pass", "Next": "Gone"}, "C": {"Type": "Succeed"}}
            """#
        let found = try problems(states: states)
        #expect(found.contains("state 'A', field 'Type': 'Nonsense' is not a type of state"))
        #expect(found.contains("state 'A', field 'Catch[0].Next': there is no state 'Nowhere'"))
        #expect(found.contains("state 'B', field 'Next': there is no state 'Gone'"))
        #expect(found.contains("state 'C': cannot be reached from 'A'"))
        #expect(!found.contains { $0.hasPrefix("state 'B': cannot") })
    }

    @Test("when two states have one name, wherever they are")
    func names() throws {
        let states =
            #"{"A": {"Type": "Parallel", "End": true, "Branches": [{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}]}}"#
        #expect(try problems(states: states) == ["state 'A': the machine has two states of this name"])
        let long = String(repeating: "x", count: 81)
        #expect(try problems(#"{"StartAt": "\#(long)", "States": {"\#(long)": {"Type": "Succeed"}}}"#).count == 1)
    }

    @Test("when a state further in leads out, or sets a variable of one further out")
    func scopes() throws {
        let states = #"""
            {"A": {"Type": "Pass", "Assign": {"v": 1}, "Next": "M"},
             "M": {"Type": "Map", "End": true, "ItemProcessor": {"StartAt": "I", "States": {
               "I": {"Type": "Pass", "Assign": {"v": 2}, "Next": "A"}}}}}
            """#
        #expect(
            try problems(states: states) == [
                "state 'I', field 'Next': there is no state 'A'",
                "state 'I', field 'Assign.v': a state further out sets this variable",
            ]
        )
    }
}
