import Testing

@testable import StateMachine

@Suite("A reference path")
struct ReferencePathTests {
    @Test(
        "puts a value into its place",
        arguments: [
            ("$", #"{"a":1}"#, #""new""#), ("$.a", #"{"a":1,"b":2}"#, #"{"a":"new","b":2}"#),
            ("$.x.y", #"{"a":1}"#, #"{"a":1,"x":{"y":"new"}}"#),
            ("$.l[1].n", #"{"l":[{},{"n":0}]}"#, #"{"l":[{},{"n":"new"}]}"#), ("$['a b']", "{}", #"{"a b":"new"}"#),
        ]
    )
    func inserting(path: String, before: String, after: String) throws {
        let result = try ReferencePath(path).inserting("new", into: JSONValue(parsing: before))
        #expect(result == (try JSONValue(parsing: after)))
    }

    @Test(
        "does not fit what is in its way",
        arguments: [
            ("$.a", "[1]"), ("$.a.b", #"{"a":1}"#), ("$.l[2]", #"{"l":[1]}"#), ("$[0]", "{}"), ("$.a", #""text""#),
        ]
    )
    func mismatch(path: String, before: String) throws {
        let (path, before) = (try ReferencePath(path), try JSONValue(parsing: before))
        #expect { try path.inserting("new", into: before) } throws: {
            ($0 as? StateFailure)?.error == .resultPathMatchFailure
        }
    }

    @Test(
        "is refused when it can name several places or leads elsewhere",
        arguments: ["$.a[*]", "$..a", "$.a[0:1]", "$$.a", "$v", "$.a[-1]", "$['a','b']"]
    )
    func refusals(text: String) {
        #expect(throws: SyntaxProblem.self) { try ReferencePath(text) }
    }
}
