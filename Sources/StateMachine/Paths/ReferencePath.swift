/// A path that names exactly one place of the input, as `ResultPath` asks: `$.a.b[0]['c']`.
struct ReferencePath: Hashable, Sendable {
    enum Step: Hashable, Sendable {
        case name(String)
        case index(Int)
    }

    let steps: [Step]
    let text: String

    /// Reads a whole text as a reference path.
    ///
    /// - Throws: `SyntaxProblem` when it is no path, can match several places, or leads into the context object or a
    ///   variable.
    init(_ text: String) throws(SyntaxProblem) {
        let path = try JSONPath(text)
        guard path.root == .input else { throw SyntaxProblem("'\(text)' must lead into the input") }
        var steps: [Step] = []
        for segment in path.segments {
            switch segment {
            case .names(let names) where names.count == 1: steps.append(.name(names[0]))
            case .indices(let indices) where indices.count == 1 && indices[0] >= 0: steps.append(.index(indices[0]))
            default: throw SyntaxProblem("'\(text)' is not a reference path: it must name exactly one place")
            }
        }
        self.steps = steps
        self.text = text
    }

    private init() {
        steps = []
        text = "$"
    }

    /// The path `$`.
    static let whole = ReferencePath()

    /// Puts a value into the place that the path names; objects on the way are made where they are missing.
    ///
    /// - Throws: `StateFailure` named `States.ResultPathMatchFailure` when something else than an object is in the
    ///   way, or an array has no such element.
    func inserting(_ value: JSONValue, into whole: JSONValue) throws(StateFailure) -> JSONValue {
        try insert(value, into: whole, at: steps[...])
    }

    private func insert(
        _ value: JSONValue,
        into place: JSONValue,
        at steps: ArraySlice<Step>
    ) throws(StateFailure) -> JSONValue {
        guard let step = steps.first else { return value }
        let rest = steps.dropFirst()
        switch (step, place) {
        case (.name(let name), .object(var object)):
            object[name] = try insert(value, into: object[name] ?? .object(JSONObject()), at: rest)
            return .object(object)
        case (.index(let index), .array(var values)) where values.indices.contains(index):
            values[index] = try insert(value, into: values[index], at: rest)
            return .array(values)
        default:
            throw StateFailure(
                error: .resultPathMatchFailure,
                cause: "Unable to apply ResultPath '\(text)' to the state's input"
            )
        }
    }
}
