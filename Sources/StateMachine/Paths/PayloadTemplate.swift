/// A JSON value in which the fields whose names end in `.$` are replaced by what their expression yields.
indirect enum PayloadTemplate: Hashable, Sendable {
    struct Member: Hashable, Sendable {
        /// The name of the field in the result.
        let name: String
        let value: PayloadTemplate
    }

    case literal(JSONValue)
    case expression(Expression, field: String)
    case array([PayloadTemplate])
    case object([Member])

    /// Compiles a template.
    ///
    /// - Parameters:
    ///   - value: The template as it stands in the definition.
    ///   - path: Where it stands, for the problems.
    ///   - report: Is told of each problem: the field and what is wrong with it.
    init(_ value: JSONValue, path: String, report: (String, String) -> Void) {
        switch value {
        case .array(let values):
            self = .array(
                values.enumerated().map { PayloadTemplate($1, path: "\(path)[\($0)]", report: report) }
            )
        case .object(let object):
            self = .object(object.map { Self.member($0.key, $0.value, in: object, path: path, report: report) })
        default:
            self = .literal(value)
        }
    }

    private static func member(
        _ key: String,
        _ value: JSONValue,
        in object: JSONObject,
        path: String,
        report: (String, String) -> Void
    ) -> Member {
        let field = "\(path).\(key)"
        guard key.hasSuffix(".$") else {
            return Member(name: key, value: PayloadTemplate(value, path: field, report: report))
        }
        let name = String(key.dropLast(2))
        if object[name] != nil { report(field, "the field '\(name)' is given twice") }
        guard let text = value.string else {
            report(field, "a field whose name ends in '.$' must be a JSONPath or a call of an intrinsic function")
            return Member(name: name, value: .literal(.null))
        }
        do throws(SyntaxProblem) {
            return Member(name: name, value: .expression(try Expression(text), field: key))
        } catch {
            report(field, error.message)
            return Member(name: name, value: .literal(.null))
        }
    }

    /// The template with all expressions replaced.
    ///
    /// - Throws: `StateFailure` of the first expression that cannot be evaluated.
    func evaluate(in scope: Scope) throws(StateFailure) -> JSONValue {
        switch self {
        case .literal(let value):
            return value
        case .expression(let expression, let field):
            return try expression.evaluate(in: scope, field: field)
        case .array(let templates):
            var values: [JSONValue] = []
            for template in templates { values.append(try template.evaluate(in: scope)) }
            return .array(values)
        case .object(let members):
            var object = JSONObject()
            for member in members { object[member.name] = try member.value.evaluate(in: scope) }
            return .object(object)
        }
    }

    /// The template of the member of that name, when this is an object that has it.
    func member(_ name: String) -> PayloadTemplate? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name.isIdentical(to: name) }?.value
    }
}
