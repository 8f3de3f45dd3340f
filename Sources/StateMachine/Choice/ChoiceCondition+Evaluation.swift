extension ChoiceCondition {
    /// Whether the condition holds.
    ///
    /// A value of another type than the operator's makes a comparison false.
    ///
    /// - Throws: `StateFailure` named `States.Runtime` when a path finds nothing, unless `IsPresent` asks for that.
    func holds(in scope: Scope) throws(StateFailure) -> Bool {
        switch self {
        case .all(let conditions):
            for condition in conditions where try !condition.holds(in: scope) { return false }
            return true
        case .any(let conditions):
            for condition in conditions where try condition.holds(in: scope) { return true }
            return false
        case .not(let condition):
            return try !condition.holds(in: scope)
        case .test(let variable, .shape(.present, let expected)):
            return Self.isPresent(variable, in: scope) == expected
        case .test(let variable, let test):
            let value = scope.lookup(variable)
            guard let value else {
                throw StateFailure(
                    error: .runtime,
                    cause:
                        "Invalid path '\(variable.text)': The choice state's condition path references an invalid value."
                )
            }
            return try test.accepts(value, in: scope)
        }
    }

    private static func isPresent(_ path: JSONPath, in scope: Scope) -> Bool {
        guard let value = scope.lookup(path) else { return false }
        return path.isDefinite || value != .array([])
    }
}

extension ChoiceTest {
    func accepts(_ value: JSONValue, in scope: Scope) throws(StateFailure) -> Bool {
        switch self {
        case .shape(let shape, let expected):
            return shape.fits(value) == expected
        case .matches(let pattern):
            return value.string.map(pattern.matches) ?? false
        case .compare(let kind, let relation, let operand):
            switch operand {
            case .literal(let other): return Self.compare(value, kind, relation, other)
            case .path(let path):
                let other = try scope.value(at: path, field: "\(kind.rawValue)\(relation.rawValue)Path")
                return Self.compare(value, kind, relation, other)
            }
        }
    }

    private static func compare(_ left: JSONValue, _ kind: Kind, _ relation: Relation, _ right: JSONValue) -> Bool {
        switch kind {
        case .boolean:
            return left.bool != nil && left.bool == right.bool
        case .numeric:
            if case .integer(let left) = left, case .integer(let right) = right {
                return relation.holds(isLess: left < right, isEqual: left == right)
            }
            guard let left = left.double, let right = right.double else { return false }
            return relation.holds(isLess: left < right, isEqual: left == right)
        case .string:
            guard let left = left.string, let right = right.string else { return false }
            return relation.holds(isLess: left.precedes(right), isEqual: left.isIdentical(to: right))
        case .timestamp:
            guard let left = left.string.flatMap(Timestamp.init), let right = right.string.flatMap(Timestamp.init)
            else { return false }
            return relation.holds(isLess: left < right, isEqual: left == right)
        }
    }
}

extension ChoiceTest.Relation {
    func holds(isLess: Bool, isEqual: Bool) -> Bool {
        switch self {
        case .equals: isEqual
        case .lessThan: isLess
        case .greaterThan: !isLess && !isEqual
        case .lessThanEquals: isLess || isEqual
        case .greaterThanEquals: !isLess
        }
    }
}

extension ChoiceTest.Shape {
    func fits(_ value: JSONValue) -> Bool {
        switch self {
        case .present: true
        case .null: value == .null
        case .string: value.string != nil
        case .numeric: value.double != nil
        case .boolean: value.bool != nil
        case .timestamp: value.string.flatMap(Timestamp.init) != nil
        }
    }
}
