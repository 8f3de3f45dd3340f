import Testing

@testable import StateMachine

@Suite("A JSONPath")
struct JSONPathTests {
    private let document: JSONValue = [
        "a": ["b": [10, 20, 30, 40], "delivery-partner": "UQS"],
        "list": [["n": 1, "s": "x"], ["n": 2, "s": "y"], ["n": 3]],
        "odd.key": ["it's": true],
    ]

    @Test(
        "that names one place yields its value",
        arguments: [
            ("$.a.b[0]", 10), ("$.a.b[-1]", 40), ("$['a']['b'][1]", 20), ("$.a.delivery-partner", "UQS"),
            ("$[\"odd.key\"]['it\\'s']", true),
            ("$.list[1].s", "y"), ("$.a['b'][2]", 30),
        ] as [(String, JSONValue)]
    )
    func definite(text: String, expected: JSONValue) throws {
        #expect(try JSONPath(text).query(document) == expected)
    }

    @Test(
        "that names one place yields nothing when it is missing",
        arguments: ["$.x", "$.a.b[4]", "$.a.b[-5]", "$.a.b.c", "$.list.n"]
    )
    func missing(text: String) throws {
        #expect(try JSONPath(text).query(document) == nil)
    }

    @Test(
        "that may name several places yields an array",
        arguments: [
            ("$.a.b[*]", [10, 20, 30, 40]), ("$.a.b[1:3]", [20, 30]), ("$.a.b[-2:]", [30, 40]),
            ("$.a.b[::2]", [10, 30]), ("$.a.b[:1]", [10]),
            ("$.a.b[0,2]", [10, 30]), ("$.list[*].n", [1, 2, 3]), ("$..n", [1, 2, 3]), ("$..b[0]", [10]),
            ("$.list[0]['n','s']", [1, "x"]),
            ("$.x[*]", []), ("$.list[*].x", []), ("$.list[0].*", [1, "x"]), ("$.a.b[2:1]", []),
        ] as [(String, JSONValue)]
    )
    func indefinite(text: String, expected: JSONValue) throws {
        #expect(try JSONPath(text).query(document) == expected)
    }

    @Test(
        "filters",
        arguments: [
            ("$.list[?(@.n == 2)].s", ["y"]), ("$.list[?(@.n > 1)].n", [2, 3]), ("$.list[?(@.n >= 2 && @.s)].n", [2]),
            ("$.list[?(@.n < 2 || @.n == 3)].n", [1, 3]), ("$.list[?(!@.s)].n", [3]), ("$.list[?(@.s == 'x')].n", [1]),
            ("$.list[?(@.s != \"x\")].n", [2, 3]), ("$.list[?(!(@.n <= 2))].n", [3]), ("$.list[?(@.s > 'x')].n", [2]),
            ("$.a.b[?(@ > 25)]", [30, 40]), ("$.list[?(@.x == null)].n", []), ("$.list[?(@.s < 1)].n", []),
            ("$.list[?(true == false)].n", []),
        ] as [(String, JSONValue)]
    )
    func filters(text: String, expected: JSONValue) throws {
        #expect(try JSONPath(text).query(document) == expected)
    }

    @Test(
        "is refused when it cannot be read",
        arguments: [
            "", "a", "$.", "$.a.", "$[", "$[a]", "$.a[0", "$['a]", "$.a b", "$.length()", "$.a[?(@.b]", "$.a[?@.b]",
            "$.a[?(@.b ==)]", "$.a[0,]", "$.a[::0]",
            "$..", "$.a[?(@.b =~ /x/)]", "$a-b",
        ]
    )
    func refusals(text: String) {
        #expect(throws: SyntaxProblem.self) { try JSONPath(text) }
    }

    @Test("leads into the input, the context object or a variable")
    func roots() throws {
        let scope = Scope(
            input: ["a": 1],
            context: ["State": ["Name": "S"]],
            variables: ["v": ["a": 2]],
            functions: .scripted()
        )
        #expect(try scope.lookup(JSONPath("$.a")) == 1)
        #expect(try scope.lookup(JSONPath("$")) == ["a": 1])
        #expect(try scope.lookup(JSONPath("$$.State.Name")) == "S")
        #expect(try scope.lookup(JSONPath("$v.a")) == 2)
        #expect(try scope.lookup(JSONPath("$unknown")) == nil)
    }
}
