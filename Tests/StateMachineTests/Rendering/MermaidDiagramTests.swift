import Testing

@testable import StateMachine

@Suite("A diagram")
struct MermaidDiagramTests {
    @Test("shows states, conditions, catchers and what is inside a state")
    func drawing() throws {
        let definition = try StateMachineDefinition(
            parsing: #"""
                {"StartAt": "List", "States": {
                  "List": {"Type": "Task", "Resource": "arn:aws:lambda:r:a:function:f", "Catch": [{"ErrorEquals": ["X", "Y"], "Next": "Route"}], "Next": "Route"},
                  "Route": {"Type": "Choice", "Default": "Done", "Choices": [
                    {"Variable": "$.next", "StringEquals": "a:b", "Next": "Each"},
                    {"And": [{"Not": {"Variable": "$.n", "NumericGreaterThanEquals": 3}}, {"Or": [{"Variable": "$.p", "IsPresent": false}, {"Variable": "$.q", "StringMatches": "*"}]}], "Next": "Both"}]},
                  "Each": {"Type": "Map", "ItemProcessor": {"StartAt": "One", "States": {"One": {"Type": "Pass", "End": true}}}, "Next": "Route"},
                  "Both": {"Type": "Parallel", "End": true, "Branches": [{"StartAt": "B1", "States": {"B1": {"Type": "Succeed"}}}, {"StartAt": "B2", "States": {"B2": {"Type": "Fail"}}}]},
                  "Done": {"Type": "Succeed"}}}
                """#
        )
        #expect(MermaidDiagram(definition).description == picture)
    }

    private let picture = """
        stateDiagram-v2
            state "List" as s1
            state "Route" as s2
            state "Each" as s3
            state s3 {
                state "One" as s4
                [*] --> s4
                s4 --> [*]
            }
            state "Both" as s5
            state s5 {
                state "B1" as s6
                [*] --> s6
                s6 --> [*]
                --
                state "B2" as s7
                [*] --> s7
                s7 --> [*]
            }
            state "Done" as s8
            [*] --> s1
            s1 --> s2
            s1 --> s2 : X, Y
            s2 --> s3 : $.next = a#58;b
            s2 --> s5 : not ($.n ≥ 3) and $.p not IsPresent or $.q matches
            s2 --> s8 : otherwise
            s3 --> s2
            s5 --> [*]
            s8 --> [*]

        """
}
