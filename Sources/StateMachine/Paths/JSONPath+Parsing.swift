extension JSONPath {
    /// Reads a path and stops at the first scalar that does not belong to it.
    init(from scanner: inout TextScanner, text: String) throws(SyntaxProblem) {
        guard scanner.consume("$") else { throw SyntaxProblem("'\(text)' is not a JSONPath: it must begin with '$'") }
        let root: Root
        if scanner.consume("$") {
            root = .context
        } else {
            let name = scanner.take { $0.properties.isXIDContinue }
            root = name.isEmpty ? .input : .variable(name)
        }
        self.init(root: root, segments: try Self.segments(from: &scanner), text: text)
    }

    static func segments(from scanner: inout TextScanner) throws(SyntaxProblem) -> [Segment] {
        var segments: [Segment] = []
        while let scalar = scanner.peek, scalar == "." || scalar == "[" {
            if scanner.consume(".") {
                let descends = scanner.consume(".")
                if descends { segments.append(.descendants) }
                if descends && scanner.peek == "[" { continue }
                segments.append(scanner.consume("*") ? .wildcard : .names([try name(from: &scanner)]))
            } else {
                scanner.advance()
                scanner.skipSpace()
                segments.append(try bracket(from: &scanner))
                scanner.skipSpace()
                guard scanner.consume("]") else { throw SyntaxProblem("']' is missing in a JSONPath") }
            }
        }
        return segments
    }

    private static func name(from scanner: inout TextScanner) throws(SyntaxProblem) -> String {
        let name = scanner.take { scalar in
            !scalar.properties.isWhitespace && !".[](){},'\"*?@=!<>&|:~".unicodeScalars.contains(scalar)
        }
        guard !name.isEmpty else { throw SyntaxProblem("a name is missing in a JSONPath") }
        return name
    }

    private static func bracket(from scanner: inout TextScanner) throws(SyntaxProblem) -> Segment {
        switch scanner.peek {
        case "*":
            scanner.advance()
            return .wildcard
        case "'", "\"":
            var names: [String] = []
            repeat {
                scanner.skipSpace()
                names.append(try scanner.quoted())
                scanner.skipSpace()
            } while scanner.consume(",")
            return .names(names)
        case "?":
            scanner.advance()
            guard scanner.consume("(") else { throw SyntaxProblem("'(' is missing in a filter") }
            let filter = try JSONPathFilter(from: &scanner)
            guard scanner.consume(")") else { throw SyntaxProblem("')' is missing in a filter") }
            return .filter(filter)
        default:
            return try positions(from: &scanner)
        }
    }

    private static func positions(from scanner: inout TextScanner) throws(SyntaxProblem) -> Segment {
        let first = integer(from: &scanner)
        scanner.skipSpace()
        if scanner.consume(":") {
            let end = integer(from: &scanner)
            let step = scanner.consume(":") ? integer(from: &scanner) ?? 1 : 1
            guard step > 0 else { throw SyntaxProblem("a slice's step must be positive") }
            return .slice(start: first, end: end, step: step)
        }
        guard let first else { throw SyntaxProblem("an index is missing in a JSONPath") }
        var indices = [first]
        while scanner.consume(",") {
            scanner.skipSpace()
            guard let index = integer(from: &scanner) else { throw SyntaxProblem("an index is missing in a JSONPath") }
            indices.append(index)
        }
        return .indices(indices)
    }

    private static func integer(from scanner: inout TextScanner) -> Int? {
        Int(scanner.take { ("0"..."9").contains($0) || $0 == "-" })
    }
}
