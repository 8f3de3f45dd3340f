/// A string with `{}` where values go; a backslash escapes `'`, `{`, `}` and itself.
struct FormatTemplate: Hashable, Sendable {
    /// The texts around the places, one more than there are places.
    private(set) var texts: [String]

    /// The string when it is used as such, with its `{}` left as they are.
    var plainText: String { texts.joined(separator: "{}") }

    /// Reads a string up to and with the quotation mark that ends it.
    ///
    /// - Throws: `SyntaxProblem` when it has no end or a backslash stands before anything else.
    init(from scanner: inout TextScanner) throws(SyntaxProblem) {
        texts = []
        guard try read(from: &scanner, until: "'") else { throw SyntaxProblem("a string has no end") }
    }

    /// Reads a whole text in which quotation marks are nothing special.
    ///
    /// - Throws: `SyntaxProblem` when a backslash stands before anything that needs none.
    init(_ text: String) throws(SyntaxProblem) {
        texts = []
        var scanner = TextScanner(text)
        _ = try read(from: &scanner, until: nil)
    }

    /// Whether the end mark was met.
    private mutating func read(
        from scanner: inout TextScanner,
        until end: Unicode.Scalar?
    ) throws(SyntaxProblem) -> Bool {
        var text = String.UnicodeScalarView()
        defer { texts.append(String(text)) }
        while let scalar = scanner.peek {
            if scalar == end {
                scanner.advance()
                return true
            }
            if scanner.consume(text: "{}") {
                texts.append(String(text))
                text = String.UnicodeScalarView()
                continue
            }
            scanner.advance()
            if scalar == "\\" {
                guard let escaped = scanner.peek, "'{}\\".unicodeScalars.contains(escaped) else {
                    throw SyntaxProblem("a backslash may only stand before ' { } and \\")
                }
                text.append(escaped)
                scanner.advance()
            } else {
                text.append(scalar)
            }
        }
        return false
    }

    /// The string with values in its places, or `nil` when there are more or fewer of them than places.
    func filled(with values: [String]) -> String? {
        guard values.count == texts.count - 1 else { return nil }
        return texts[0] + zip(values, texts.dropFirst()).map { $0 + $1 }.joined()
    }
}
