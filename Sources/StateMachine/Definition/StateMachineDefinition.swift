/// A state machine in the Amazon States Language, with the JSONPath query language, ready to run.
///
/// Known are all state types and their fields, with these limits: a Task calls a Lambda function
/// (`arn:aws:states:::lambda:invoke` or the function's ARN) or starts an execution
/// (`arn:aws:states:::states:startExecution`, also with `.sync:2`), and a Map runs inline. All else is refused with
/// the name of the state and the field, so that nothing is silently left out.
///
/// Source: https://states-language.net and the developer guide of AWS Step Functions.
package struct StateMachineDefinition: Hashable, Sendable {
    /// What the machine is for, in its author's words.
    package let comment: String?
    /// After how many seconds an execution is timed out, if ever.
    package let timeoutSeconds: Int64?
    let graph: StateGraph
    private let source: JSONValue

    /// The JSON text of the definition, placeholders filled in.
    package var text: String { source.jsonText }

    /// Reads and checks a definition.
    ///
    /// - Parameters:
    ///   - text: The JSON text of the definition.
    ///   - substitutions: Values for the placeholders `${Name}`; see `substituting(_:in:)`.
    /// - Throws: `StateMachineError` with code `invalidJSON`, or `invalidDefinition` with the list of all problems.
    package init(
        parsing text: String,
        substitutions: [String: String] = [:]
    ) throws(StateMachineError) {
        try self.init(JSONValue(parsing: Self.substituting(substitutions, in: text)))
    }

    /// Checks a definition.
    ///
    /// - Parameter value: The definition as a JSON value.
    /// - Throws: `StateMachineError` with code `invalidDefinition` and the list of all problems.
    package init(_ value: JSONValue) throws(StateMachineError) {
        source = value
        let problems = ProblemList()
        guard let object = value.object else {
            throw StateMachineError(code: .invalidDefinition, message: "the definition is not a JSON object")
        }
        let reader = FieldReader(object, state: nil, problems: problems)
        let decoder = DefinitionDecoder(problems: problems)
        comment = reader.string("Comment")
        timeoutSeconds = reader.integer("TimeoutSeconds", in: 1...99_999_999)
        if let version = reader.string("Version"), version != "1.0" { reader.report("Version", "must be '1.0'") }
        decoder.checkQueryLanguage(reader)
        let graph = decoder.graph(reader)
        reader.finish()
        guard let graph, problems.problems.isEmpty else {
            let count = problems.problems.count
            throw StateMachineError(
                code: .invalidDefinition,
                message: "the definition has \(count) problem\(count == 1 ? "" : "s")",
                problems: problems.problems
            )
        }
        self.graph = graph
    }

    /// Replaces the placeholders `${Name}` in the text of a definition, as `DefinitionSubstitutions` does on AWS.
    ///
    /// A value is escaped as it has to be inside a JSON string. Placeholders without a value stay; a definition that
    /// has any is refused.
    ///
    /// - Parameters:
    ///   - values: The values by name.
    ///   - text: The text of a definition.
    /// - Returns: The text with the values in place.
    package static func substituting(_ values: [String: String], in text: String) -> String {
        var result = ""
        var scanner = TextScanner(text)
        while !scanner.isAtEnd {
            result += scanner.take { $0 != "$" }
            guard scanner.consume("$") else { break }
            guard scanner.peek == "{" else {
                result += "$"
                continue
            }
            scanner.advance()
            let name = scanner.take { $0.isASCII && $0.properties.isXIDContinue }
            if let value = values[name], scanner.consume("}") {
                result += JSONValue.escaped(value)
            } else {
                result += "${" + name
            }
        }
        return result
    }
}
