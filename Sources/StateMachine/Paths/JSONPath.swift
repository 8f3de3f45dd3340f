/// A JSONPath as the Amazon States Language uses it: into the input (`$`), the context object (`$$`) or a variable
/// (`$name`).
struct JSONPath: Hashable, Sendable {
    /// What the path starts from.
    enum Root: Hashable, Sendable {
        case input
        case context
        case variable(String)
    }

    /// One step of the path.
    indirect enum Segment: Hashable, Sendable {
        /// `.name`, `['name']`, and `['a','b']` with more than one.
        case names([String])
        /// `[0]`, `[-1]`, and `[0,2]` with more than one.
        case indices([Int])
        /// `[start:end:step]`.
        case slice(start: Int?, end: Int?, step: Int)
        /// `.*` and `[*]`.
        case wildcard
        /// `..` before another step.
        case descendants
        /// `[?(…)]`.
        case filter(JSONPathFilter)
    }

    let root: Root
    let segments: [Segment]
    /// The path as it was written.
    let text: String

    /// Whether the path can match one place only, so that its result is that value and not an array of matches.
    var isDefinite: Bool {
        segments.allSatisfy { segment in
            switch segment {
            case .names(let names): names.count == 1
            case .indices(let indices): indices.count == 1
            case .slice, .wildcard, .descendants, .filter: false
            }
        }
    }

    /// Reads a whole text as a path.
    ///
    /// - Throws: `SyntaxProblem` saying what is wrong with it.
    init(_ text: String) throws(SyntaxProblem) {
        var scanner = TextScanner(text)
        self = try JSONPath(from: &scanner, text: text)
        guard scanner.isAtEnd else {
            throw SyntaxProblem("'\(text)' is not a JSONPath: unexpected '\(scanner.remainder)'")
        }
    }

    init(root: Root, segments: [Segment], text: String) {
        self.root = root
        self.segments = segments
        self.text = text
    }

    /// The path `$`.
    static let whole = JSONPath(root: .input, segments: [], text: "$")
}
