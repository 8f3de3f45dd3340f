import Testing

@testable import StateMachine

@Suite("Reading a text one scalar at a time")
struct TextScannerTests {
    @Test("what is consumed is gone, and nothing else")
    func consumes() {
        var scanner = TextScanner("ab  c")
        let hasOther = scanner.consume("x")
        #expect(!hasOther)
        let hasFirst = scanner.consume("a")
        #expect(hasFirst)
        let hasText = scanner.consume(text: "b ")
        #expect(hasText)
        scanner.skipSpace()
        #expect(scanner.remainder == "c")
        scanner.advance()
        #expect(scanner.isAtEnd)
        #expect(scanner.peek == nil)
    }

    @Test("numbers are read as JSON writes them", arguments: [("12,", "12"), ("-0.5e3]", "-0.5e3")])
    func numbers(text: String, number: String) throws {
        var scanner = TextScanner(text)
        let found = scanner.number()
        #expect(found == (try? JSONValue(parsing: number)))
        #expect(scanner.remainder.count == 1)
    }

    @Test("what is no number is none", arguments: ["x", "1.5.2", "+", ""])
    func noNumber(text: String) {
        var scanner = TextScanner(text)
        let found = scanner.number()
        #expect(found == nil)
    }

    @Test(
        "a backslash in quotation marks takes the next scalar as it is",
        arguments: [("'a'b", "a"), ("\"a'b\"", "a'b"), ("'a\\'b'", "a'b"), ("'\\\\'", "\\")]
    )
    func quoted(text: String, value: String) throws {
        var scanner = TextScanner(text)
        let found = try scanner.quoted()
        #expect(found == value)
    }

    @Test("a string without marks, or without an end, is refused", arguments: ["a", "'a", "'a\\'", ""])
    func refused(text: String) {
        #expect(throws: SyntaxProblem.self) {
            var scanner = TextScanner(text)
            _ = try scanner.quoted()
        }
    }
}
