/// What expressions are evaluated against.
struct Scope: Sendable {
    /// What `$` stands for.
    var input: JSONValue
    /// What `$$` stands for.
    var context: JSONValue
    /// The variables by name.
    var variables: [String: JSONValue]
    /// Randomness and hashing for intrinsic functions.
    var functions: IntrinsicEnvironment

    func with(input: JSONValue) -> Scope {
        var scope = self
        scope.input = input
        return scope
    }

    /// The value that a path finds, or `nil`.
    func lookup(_ path: JSONPath) -> JSONValue? {
        switch path.root {
        case .input: path.query(input)
        case .context: path.query(context)
        case .variable(let name): variables[name].flatMap { path.query($0) }
        }
    }

    /// The value that a path finds.
    ///
    /// - Parameters:
    ///   - path: The path.
    ///   - field: The field that the path stands in, for the failure's cause.
    /// - Returns: The value, or the array of matches of a path that is not definite.
    /// - Throws: `StateFailure` named `States.Runtime` when there is none.
    func value(at path: JSONPath, field: String) throws(StateFailure) -> JSONValue {
        guard let value = lookup(path) else {
            throw StateFailure(
                error: .runtime,
                cause: "The JSONPath '\(path.text)' specified for the field '\(field)' could not be found in the input"
            )
        }
        return value
    }
}

/// A path or a call of an intrinsic function.
enum Expression: Hashable, Sendable {
    case path(JSONPath)
    case call(IntrinsicCall)

    /// Reads a whole text as an expression.
    init(_ text: String) throws(SyntaxProblem) {
        self = text.hasPrefix("$") ? .path(try JSONPath(text)) : .call(try IntrinsicCall(text))
    }

    func evaluate(in scope: Scope, field: String) throws(StateFailure) -> JSONValue {
        switch self {
        case .path(let path): try scope.value(at: path, field: field)
        case .call(let call): try call.evaluate(in: scope, field: field)
        }
    }
}
