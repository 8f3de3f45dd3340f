extension DefinitionDecoder {
    func rule(_ reader: FieldReader) -> ChoiceRule? {
        _ = reader.string("Comment")
        let next = reader.required("Next")
        let assign = assign(reader)
        let condition = condition(reader)
        reader.finish()
        guard let next, let condition else { return nil }
        return ChoiceRule(condition: condition, next: next, assign: assign)
    }

    private func condition(_ reader: FieldReader) -> ChoiceCondition? {
        let heads = ["And", "Or", "Not", "Variable"].filter(reader.has)
        guard heads.count == 1 else {
            reader.report(nil, "needs exactly one of And, Or, Not and Variable")
            return nil
        }
        switch heads[0] {
        case "And": return nested("And", reader).map { .all($0) }
        case "Or": return nested("Or", reader).map { .any($0) }
        case "Not":
            guard let inner = reader.object("Not"), let condition = inside(inner) else { return nil }
            return .not(condition)
        default:
            guard let variable = reader.path("Variable"), let test = test(reader) else { return nil }
            return .test(variable: variable, test)
        }
    }

    private func nested(_ field: String, _ reader: FieldReader) -> [ChoiceCondition]? {
        let readers = reader.objects(field)
        if readers.isEmpty { reader.report(field, "must be an array with at least one condition") }
        let conditions = readers.compactMap(inside)
        return conditions.count == readers.count ? conditions : nil
    }

    private func inside(_ reader: FieldReader) -> ChoiceCondition? {
        _ = reader.string("Comment")
        let condition = condition(reader)
        reader.finish()
        return condition
    }

    private func test(_ reader: FieldReader) -> ChoiceTest? {
        let tests = reader.object.keys.filter { Self.operators[$0] != nil }
        guard tests.count == 1, let form = Self.operators[tests[0]] else {
            reader.report(nil, "needs exactly one comparison operator")
            return nil
        }
        let field = tests[0]
        switch form {
        case .shape(let shape):
            return reader.bool(field).map { .shape(shape, expected: $0) }
        case .matches:
            return reader.parsed(field) { text throws(SyntaxProblem) in .matches(try StringPattern(text)) }
        case .comparePath(let kind, let relation):
            return reader.path(field).map { .compare(kind, relation, .path($0)) }
        case .compare(let kind, let relation):
            guard let value = reader.value(field) else { return nil }
            if let wrong = kind.problem(with: value) {
                reader.report(field, wrong)
                return nil
            }
            return .compare(kind, relation, .literal(value))
        }
    }

    private enum Form: Sendable {
        case shape(ChoiceTest.Shape)
        case matches
        case compare(ChoiceTest.Kind, ChoiceTest.Relation)
        case comparePath(ChoiceTest.Kind, ChoiceTest.Relation)
    }

    /// All comparison operators by name.
    private static let operators: [String: Form] = {
        var operators: [String: Form] = ["StringMatches": .matches]
        for shape in ChoiceTest.Shape.allCases { operators[shape.rawValue] = .shape(shape) }
        for kind in ChoiceTest.Kind.allCases {
            for relation in ChoiceTest.Relation.allCases where kind != .boolean || relation == .equals {
                operators[kind.rawValue + relation.rawValue] = .compare(kind, relation)
                operators[kind.rawValue + relation.rawValue + "Path"] = .comparePath(kind, relation)
            }
        }
        return operators
    }()
}

extension ChoiceTest.Kind {
    /// What is wrong with a literal operand of this kind.
    fileprivate func problem(with value: JSONValue) -> String? {
        switch self {
        case .string: value.string == nil ? "must be a string" : nil
        case .numeric: value.double == nil ? "must be a number" : nil
        case .boolean: value.bool == nil ? "must be true or false" : nil
        case .timestamp: value.string.flatMap(Timestamp.init) == nil ? "must be a timestamp" : nil
        }
    }
}
