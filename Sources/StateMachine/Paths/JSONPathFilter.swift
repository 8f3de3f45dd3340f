/// The condition of a `[?(…)]` step: comparisons and existence tests of `@` paths, joined by `&&`, `||` and `!`.
indirect enum JSONPathFilter: Hashable, Sendable {
    enum Comparator: String, CaseIterable, Sendable {
        // Longer ones first, so that `<=` is not taken for `<`.
        case equal = "=="
        case notEqual = "!="
        case atMost = "<="
        case atLeast = ">="
        case less = "<"
        case greater = ">"
    }

    enum Operand: Hashable, Sendable {
        case literal(JSONValue)
        case path([JSONPath.Segment])

        func value(in element: JSONValue) -> JSONValue? {
            switch self {
            case .literal(let value): value
            case .path(let segments): JSONPath.matches(of: segments[...], in: element).first
            }
        }
    }

    case comparison(Operand, Comparator, Operand)
    case exists(Operand)
    case not(JSONPathFilter)
    case all([JSONPathFilter])
    case any([JSONPathFilter])

    /// Reads a condition up to the parenthesis that ends it.
    init(from scanner: inout TextScanner) throws(SyntaxProblem) {
        var alternatives: [JSONPathFilter] = []
        repeat {
            var terms: [JSONPathFilter] = []
            repeat {
                terms.append(try Self.term(from: &scanner))
                scanner.skipSpace()
            } while scanner.consume(text: "&&")
            alternatives.append(terms.count == 1 ? terms[0] : .all(terms))
        } while scanner.consume(text: "||")
        self = alternatives.count == 1 ? alternatives[0] : .any(alternatives)
    }

    private static func term(from scanner: inout TextScanner) throws(SyntaxProblem) -> JSONPathFilter {
        scanner.skipSpace()
        if scanner.consume("!") { return .not(try term(from: &scanner)) }
        if scanner.consume("(") {
            let inner = try JSONPathFilter(from: &scanner)
            guard scanner.consume(")") else { throw SyntaxProblem("')' is missing in a filter") }
            return inner
        }
        let left = try operand(from: &scanner)
        scanner.skipSpace()
        for comparator in Comparator.allCases where scanner.consume(text: comparator.rawValue) {
            scanner.skipSpace()
            return .comparison(left, comparator, try operand(from: &scanner))
        }
        return .exists(left)
    }

    private static func operand(from scanner: inout TextScanner) throws(SyntaxProblem) -> Operand {
        switch scanner.peek {
        case "@":
            scanner.advance()
            return .path(try JSONPath.segments(from: &scanner))
        case "'", "\"":
            return .literal(.string(try scanner.quoted()))
        default:
            if scanner.consume(text: "true") { return .literal(.bool(true)) }
            if scanner.consume(text: "false") { return .literal(.bool(false)) }
            if scanner.consume(text: "null") { return .literal(.null) }
            guard let number = scanner.number() else { throw SyntaxProblem("a filter compares what cannot be read") }
            return .literal(number)
        }
    }

    /// Whether an element passes. A path that finds nothing makes any comparison false, but `!=`.
    func accepts(_ element: JSONValue) -> Bool {
        switch self {
        case .not(let filter): return !filter.accepts(element)
        case .all(let filters): return filters.allSatisfy { $0.accepts(element) }
        case .any(let filters): return filters.contains { $0.accepts(element) }
        case .exists(let operand): return operand.value(in: element) != nil
        case .comparison(let left, let comparator, let right):
            let (left, right) = (left.value(in: element), right.value(in: element))
            switch comparator {
            case .equal: return left != nil && left == right
            case .notEqual: return left != right
            case .less:
                return Self.order(left, right) {
                    $0 < $1
                } strings: {
                    $0.precedes($1)
                }
            case .greater:
                return Self.order(right, left) {
                    $0 < $1
                } strings: {
                    $0.precedes($1)
                }
            case .atMost:
                return Self.order(left, right) {
                    $0 <= $1
                } strings: {
                    !$1.precedes($0)
                }
            case .atLeast:
                return Self.order(right, left) {
                    $0 <= $1
                } strings: {
                    !$1.precedes($0)
                }
            }
        }
    }

    private static func order(
        _ left: JSONValue?,
        _ right: JSONValue?,
        numbers: (Double, Double) -> Bool,
        strings: (String, String) -> Bool
    ) -> Bool {
        if let left = left?.double, let right = right?.double { return numbers(left, right) }
        if let left = left?.string, let right = right?.string { return strings(left, right) }
        return false
    }
}
