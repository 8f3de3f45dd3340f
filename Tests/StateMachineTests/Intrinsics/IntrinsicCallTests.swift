import Testing

@testable import StateMachine

@Suite("An intrinsic function")
struct IntrinsicCallTests {
    private let scope = Scope(
        input: [
            "s": "a,b;c", "n": 5, "l": [1, 2, 3, 2, "x", [1]], "o": ["a": 1, "b": ["c": 2]], "p": ["b": 3],
            "text": "{\"k\": [1, null]}", "long": "",
            "template": "<{}>", "half": 2.5,
        ],
        context: ["Execution": ["Name": "run"]],
        variables: ["v": "var"],
        functions: .scripted(random: 0.99)
    )

    private func evaluate(_ text: String) throws -> JSONValue {
        try IntrinsicCall(text).evaluate(in: scope, field: "f")
    }

    @Test(
        "yields",
        arguments: [
            ("States.Format('{} of {}', 1, $.n)", "1 of 5"), ("States.Format('plain')", "plain"),
            ("States.Format($.template, $v)", "<var>"),
            (#"States.Format('\{{}\} it\'s \\ {}', $.o.b, null)"#, #"{{"c":2}} it's \ null"#),
            ("States.Format('{}', true)", "true"),
            ("States.StringToJson($.text)", ["k": [1, .null]]), ("States.StringToJson('  ')", .null),
            ("States.StringToJson('{\"a\":{}}')", ["a": [:]]),
            ("States.JsonToString($.o)", #"{"a":1,"b":{"c":2}}"#), ("States.Array()", []),
            ("States.Array(1, 'a', $.n, false)", [1, "a", 5, false]),
            ("States.ArrayPartition($.l, 4)", [[1, 2, 3, 2], ["x", [1]]]),
            ("States.ArrayPartition(States.Array(), 2)", []),
            ("States.ArrayContains($.l, 3)", true), ("States.ArrayContains($.l, States.Array(1))", true),
            ("States.ArrayContains($.l, '3')", false),
            ("States.ArrayRange(1, 9, 2)", [1, 3, 5, 7, 9]), ("States.ArrayRange(3, 1, -1)", [3, 2, 1]),
            ("States.ArrayRange(1, 0, 1)", []),
            ("States.ArrayGetItem($.l, 4)", "x"), ("States.ArrayLength($.l)", 6),
            ("States.ArrayUnique($.l)", [1, 2, 3, "x", [1]]),
            ("States.Base64Encode('Data to encode')", "RGF0YSB0byBlbmNvZGU="), ("States.Base64Decode('w6k=')", "é"),
            ("States.Base64Decode('YQ')", "a"),
            ("States.Base64Encode('')", ""), ("States.Hash('x', 'SHA-256')", "SHA-256 of x"),
            ("States.Hash($.p, 'MD5')", #"MD5 of {"b":3}"#),
            ("States.JsonMerge($.o, $.p, false)", ["a": 1, "b": 3]), ("States.MathAdd(1.5, $.half)", 5),
            ("States.MathAdd(-1.5, 1)", 0),
            ("States.MathRandom(1, 10)", 9), ("States.MathRandom(-3, -2)", -3),
            ("States.StringSplit($.s, ',;')", ["a", "b", "c"]),
            ("States.StringSplit('..a..', '.')", ["a"]), ("States.UUID()", "0b2f7e0e-4c1d-4d3a-9d1e-0123456789ab"),
            ("States.Format('{}', $$.Execution.Name)", "run"),
            ("States.Format('{}',States.Format('{}{}',$.n,$.n))", "55"), ("States.Format('a{b}c')", "a{b}c"),
        ] as [(String, JSONValue)]
    )
    func results(call: String, expected: JSONValue) throws {
        #expect(try evaluate(call) == expected)
    }

    @Test(
        "refuses arguments that do not fit under States.IntrinsicFailure",
        arguments: [
            "States.Format('{}')", "States.Format('', 1)", "States.Format($.n)", "States.StringToJson('{')",
            "States.StringToJson(1)",
            "States.ArrayPartition($.l, 0)", "States.ArrayPartition($.n, 1)", "States.ArrayContains(1, 1)",
            "States.ArrayRange(1, 2, 0)",
            "States.ArrayRange(0, 1000, 1)", "States.ArrayRange('a', 1, 1)", "States.ArrayGetItem($.l, 6)",
            "States.ArrayGetItem($.l, -1)",
            "States.ArrayLength('abc')", "States.ArrayUnique(1)", "States.Base64Encode(1)", "States.Base64Decode('%')",
            "States.Base64Decode('a')",
            "States.Hash('x', 'CRC')", "States.JsonMerge($.o, $.p, true)", "States.JsonMerge($.o, 1, false)",
            "States.MathAdd('a', 1)",
            "States.MathAdd(9223372036854775807, 1)", "States.MathRandom(2, 2)", "States.StringSplit(1, ',')",
        ]
    )
    func failures(call: String) throws {
        let call = try IntrinsicCall(call)
        #expect { try call.evaluate(in: scope, field: "f") } throws: {
            ($0 as? StateFailure)?.error == .intrinsicFailure
        }
    }

    @Test("fails under States.Runtime when the path of an argument finds nothing")
    func missingPath() throws {
        let call = try IntrinsicCall("States.ArrayLength($.missing)")
        #expect { try call.evaluate(in: scope, field: "f") } throws: { ($0 as? StateFailure)?.error == .runtime }
    }

    @Test(
        "limits what is encoded, decoded and hashed to 10,000 characters",
        arguments: ["Base64Encode($.s)", "Base64Decode($.s)", "Hash($.s, 'MD5')"]
    )
    func longStrings(call: String) throws {
        let call = try IntrinsicCall("States." + call)
        let fits = scope.with(input: ["s": .string(String(repeating: "a", count: 10_000))])
        let exceeds = scope.with(input: ["s": .string(String(repeating: "a", count: 10_004))])
        #expect(throws: Never.self) { try call.evaluate(in: fits, field: "f") }
        #expect(throws: StateFailure.self) { try call.evaluate(in: exceeds, field: "f") }
    }

    @Test("draws the same number for the same seed, within its bounds")
    func seeds() throws {
        let first = try evaluate("States.MathRandom(0, 1000000, 7)")
        #expect(try evaluate("States.MathRandom(0, 1000000, 7)") == first)
        #expect(try evaluate("States.MathRandom(0, 1000000, 8)") != first)
        for seed in 0..<50 {
            let number = try #require(try evaluate("States.MathRandom(3, 6, \(seed))").integer)
            #expect((3..<6).contains(number))
        }
    }

    @Test(
        "is refused when it cannot be read",
        arguments: [
            "States.Nothing()", "States.Format", "States.Format(", "States.Format('a'", "States.Format('a)",
            "States.Format('a',)", "States.UUID(1)",
            "States.ArrayLength()", "States.ArrayLength($.a, $.b)", "States.Format('a') b", #"States.Format('\n')"#,
            "Format('a')", "States.ArrayLength($.a[)",
            "States.Array(x)", "",
        ]
    )
    func refusals(text: String) {
        #expect(throws: SyntaxProblem.self) { try IntrinsicCall(text) }
    }

    @Test("may be nested ten deep and no deeper")
    func depth() {
        func nested(_ count: Int) -> String {
            String(repeating: "States.Array(", count: count) + String(repeating: ")", count: count)
        }
        #expect(throws: Never.self) { try IntrinsicCall(nested(10)) }
        #expect(throws: SyntaxProblem.self) { try IntrinsicCall(nested(11)) }
    }
}
