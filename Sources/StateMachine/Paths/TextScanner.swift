/// Reads a text one Unicode scalar at a time.
struct TextScanner {
    private let scalars: [Unicode.Scalar]
    private(set) var position = 0

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }
    var isAtEnd: Bool { position == scalars.count }

    /// The scalars that have not been read yet.
    var remainder: String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[position...])
        return String(text)
    }

    mutating func advance() { position += 1 }

    mutating func consume(_ scalar: Unicode.Scalar) -> Bool {
        guard peek == scalar else { return false }
        position += 1
        return true
    }

    mutating func consume(text: String) -> Bool {
        let wanted = Array(text.unicodeScalars)
        guard scalars[position...].starts(with: wanted) else { return false }
        position += wanted.count
        return true
    }

    mutating func skipSpace() {
        while let scalar = peek, scalar.properties.isWhitespace { position += 1 }
    }

    /// Reads as long as the scalars pass the test.
    mutating func take(while test: (Unicode.Scalar) -> Bool) -> String {
        var text = String.UnicodeScalarView()
        while let scalar = peek, test(scalar) {
            text.append(scalar)
            position += 1
        }
        return String(text)
    }

    /// Reads a number as JSON writes it.
    mutating func number() -> JSONValue? {
        let text = take { ("0"..."9").contains($0) || "+-.eE".unicodeScalars.contains($0) }
        guard let value = try? JSONValue(parsing: text) else { return nil }
        return value
    }

    /// Reads a string between quotation marks in which a backslash takes the next scalar as it is.
    mutating func quoted() throws(SyntaxProblem) -> String {
        guard let mark = peek, mark == "'" || mark == "\"" else { throw SyntaxProblem("a quotation mark is missing") }
        advance()
        var text = String.UnicodeScalarView()
        while let scalar = peek {
            advance()
            if scalar == mark { return String(text) }
            if scalar == "\\", let next = peek {
                text.append(next)
                advance()
            } else {
                text.append(scalar)
            }
        }
        throw SyntaxProblem("a string has no end")
    }
}
