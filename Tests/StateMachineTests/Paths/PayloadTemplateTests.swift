import Testing

@testable import StateMachine

@Suite("A payload template")
struct PayloadTemplateTests {
    private let scope = Scope(
        input: ["name": "x", "list": [1, 2]],
        context: ["State": ["Name": "S"]],
        variables: ["v": 7],
        functions: .scripted()
    )

    @Test("replaces the fields whose names end in .$, at any depth")
    func evaluation() throws {
        let value = try JSONValue(
            parsing: #"""
                {"a.$": "$.name", "b": {"c.$": "$$.State.Name", "d": [{"e.$": "$v"}, "$.name"]}, "f.$": "States.ArrayLength($.list)"}
                """#
        )
        let template = PayloadTemplate(value, path: "Parameters") { field, message in
            Issue.record("\(field): \(message)")
        }
        #expect(try template.evaluate(in: scope) == ["a": "x", "b": ["c": "S", "d": [["e": 7], "$.name"]], "f": 2])
    }

    @Test("reports each field that cannot be used")
    func problems() throws {
        let value = try JSONValue(parsing: #"{"a.$": 1, "b": 1, "b.$": "$.x", "c": [{"d.$": "nothing"}]}"#)
        var fields: [String] = []
        _ = PayloadTemplate(value, path: "Parameters") { field, _ in fields.append(field) }
        #expect(fields == ["Parameters.a.$", "Parameters.b.$", "Parameters.c[0].d.$"])
    }

    @Test("fails under States.Runtime when a path finds nothing")
    func missing() {
        let template = PayloadTemplate(["a.$": "$.missing"], path: "Parameters") { _, _ in }
        #expect { try template.evaluate(in: scope) } throws: { ($0 as? StateFailure)?.error == .runtime }
    }
}
