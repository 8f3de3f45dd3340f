import Testing

@testable import StateMachine

@Suite("A string pattern")
struct StringPatternTests {
    @Test(
        "matches",
        arguments: [
            ("a*c", "abc", true), ("a*c", "ac", true), ("a*c", "abd", false), ("*", "", true), ("", "", true),
            ("", "a", false), ("a*b*c", "a-b-b-c", true),
            ("a*a", "a", false), ("*b*", "abc", true), (#"\*"#, "*", true), (#"\*"#, "a", false),
            (#"\\*"#, #"\x"#, true), ("**", "x", true), ("ab", "abc", false),
            ("*ab", "aab", true),
        ]
    )
    func matching(pattern: String, text: String, expected: Bool) throws {
        #expect(try StringPattern(pattern).matches(text) == expected)
    }

    @Test("is refused when a backslash escapes nothing", arguments: [#"a\"#, #"\a"#])
    func refusals(pattern: String) {
        #expect(throws: SyntaxProblem.self) { try StringPattern(pattern) }
    }
}
