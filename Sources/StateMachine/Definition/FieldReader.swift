/// All problems found while a definition is read. It never leaves the function that reads.
final class ProblemList {
    private(set) var problems: [DefinitionProblem] = []

    func report(_ state: String?, _ field: String?, _ message: String) {
        let problem = DefinitionProblem(state: state, field: field, message: message)
        if !problems.contains(problem) { problems.append(problem) }
    }
}

/// Reads the fields of one object of a definition, reports those it cannot use, and knows which ones were asked for.
final class FieldReader {
    let object: JSONObject
    let state: String?
    let problems: ProblemList
    private let prefix: String
    private var known: Set<String> = []

    init(_ object: JSONObject, state: String?, prefix: String = "", problems: ProblemList) {
        self.object = object
        self.state = state
        self.prefix = prefix
        self.problems = problems
    }

    func report(_ field: String?, _ message: String) {
        let path = prefix + (field ?? "")
        problems.report(state, path.isEmpty ? nil : path.hasSuffix(".") ? String(path.dropLast()) : path, message)
    }

    func has(_ field: String) -> Bool { object[field] != nil }

    func value(_ field: String) -> JSONValue? {
        known.insert(field)
        return object[field]
    }

    func string(_ field: String) -> String? {
        guard let value = value(field) else { return nil }
        if value.string == nil { report(field, "must be a string") }
        return value.string
    }

    func required(_ field: String) -> String? {
        if !has(field) { report(field, "is missing") }
        return string(field)
    }

    func bool(_ field: String) -> Bool? {
        guard let value = value(field) else { return nil }
        if value.bool == nil { report(field, "must be true or false") }
        return value.bool
    }

    func integer(_ field: String, in range: ClosedRange<Int64>) -> Int64? {
        guard let value = value(field) else { return nil }
        guard let integer = value.integer, range.contains(integer) else {
            report(field, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return integer
    }

    /// What the text of a field stands for, when it can be read.
    func parsed<Result>(_ field: String, as parse: (String) throws(SyntaxProblem) -> Result) -> Result? {
        guard let text = string(field) else { return nil }
        do throws(SyntaxProblem) {
            return try parse(text)
        } catch {
            report(field, error.message)
            return nil
        }
    }

    func path(_ field: String) -> JSONPath? {
        parsed(field) { text throws(SyntaxProblem) in try JSONPath(text) }
    }

    /// A path that may be `null`; `$` when it is absent.
    func nullablePath(_ field: String) -> JSONPath? {
        if object[field] == .null {
            _ = value(field)
            return nil
        }
        return has(field) ? path(field) : .whole
    }

    /// A reference path that may be `null`; `$` when it is absent.
    func nullableReferencePath(_ field: String) -> ReferencePath? {
        if object[field] == .null {
            _ = value(field)
            return nil
        }
        guard has(field) else { return .whole }
        return parsed(field) { text throws(SyntaxProblem) in try ReferencePath(text) }
    }

    /// A number given in one field, or by a path in the field of the same name that ends in `Path`.
    func integerSource(_ field: String, in range: ClosedRange<Int64>) -> IntegerSource? {
        refuseBoth(field, field + "Path")
        if let path = path(field + "Path") { return .path(path) }
        return integer(field, in: range).map(IntegerSource.literal)
    }

    func template(_ field: String) -> PayloadTemplate? {
        guard let value = value(field) else { return nil }
        return PayloadTemplate(value, path: field) { report($0, $1) }
    }

    func list(_ field: String) -> [JSONValue]? {
        guard let value = value(field) else { return nil }
        if value.array == nil { report(field, "must be an array") }
        return value.array
    }

    /// The objects in an array.
    func objects(_ field: String) -> [FieldReader] {
        (list(field) ?? []).enumerated().compactMap { reader(for: $1, at: "\(field)[\($0)]") }
    }

    /// The object in a field.
    func object(_ field: String) -> FieldReader? {
        value(field).flatMap { reader(for: $0, at: field) }
    }

    private func reader(for value: JSONValue, at field: String) -> FieldReader? {
        guard let object = value.object else {
            report(field, "must be an object")
            return nil
        }
        return FieldReader(object, state: state, prefix: "\(prefix)\(field).", problems: problems)
    }

    func refuseBoth(_ first: String, _ second: String) {
        if has(first), has(second) { report(second, "cannot be given together with '\(first)'") }
    }

    /// Reports the fields that were not asked for.
    func finish() {
        for key in object.keys where !known.contains(key) { report(key, "is unknown or not supported here") }
    }
}
