import Testing

@testable import StateMachine

@Suite("A string with places for values")
struct FormatTemplateTests {
    @Test("values go where the braces are, as many as there are")
    func fills() throws {
        let template = try FormatTemplate("run {} of {}")
        #expect(template.filled(with: ["1", "{}"]) == "run 1 of {}")
        #expect(template.filled(with: ["1"]) == nil)
        #expect(template.filled(with: ["1", "2", "3"]) == nil)
        #expect(template.plainText == "run {} of {}")
    }

    @Test(
        "a backslash escapes what has a meaning",
        arguments: [("\\{}", ["{}"]), ("\\'", ["'"]), ("a\\\\{}", ["a\\", ""]), ("", [""]), ("{}{}", ["", "", ""])]
    )
    func escapes(text: String, texts: [String]) throws {
        #expect(try FormatTemplate(text).texts == texts)
    }

    @Test("and nothing else", arguments: ["\\n", "\\"])
    func refused(text: String) {
        #expect(throws: SyntaxProblem.self) { try FormatTemplate(text) }
    }

    @Test("in a definition it ends with its quotation mark")
    func ends() throws {
        var scanner = TextScanner("a{}b', 1)")
        let template = try FormatTemplate(from: &scanner)
        #expect(template.texts == ["a", "b"])
        #expect(scanner.remainder == ", 1)")
        #expect(throws: SyntaxProblem.self) {
            var open = TextScanner("a{}b")
            _ = try FormatTemplate(from: &open)
        }
    }
}
