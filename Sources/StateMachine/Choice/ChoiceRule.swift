/// The condition of a choice.
indirect enum ChoiceCondition: Hashable, Sendable {
    case all([ChoiceCondition])
    case any([ChoiceCondition])
    case not(ChoiceCondition)
    /// A test of the value at a path.
    case test(variable: JSONPath, ChoiceTest)
}

/// What a choice asks of one value.
enum ChoiceTest: Hashable, Sendable {
    enum Kind: String, CaseIterable, Sendable {
        case string = "String"
        case numeric = "Numeric"
        case timestamp = "Timestamp"
        case boolean = "Boolean"
    }

    enum Relation: String, CaseIterable, Sendable {
        case equals = "Equals"
        case lessThan = "LessThan"
        case greaterThan = "GreaterThan"
        case lessThanEquals = "LessThanEquals"
        case greaterThanEquals = "GreaterThanEquals"
    }

    enum Shape: String, CaseIterable, Sendable {
        case present = "IsPresent"
        case null = "IsNull"
        case string = "IsString"
        case numeric = "IsNumeric"
        case boolean = "IsBoolean"
        case timestamp = "IsTimestamp"
    }

    /// What a value is compared with.
    enum Operand: Hashable, Sendable {
        case literal(JSONValue)
        case path(JSONPath)
    }

    case compare(Kind, Relation, Operand)
    case matches(StringPattern)
    case shape(Shape, expected: Bool)
}

/// One choice: where to go, and what to remember, when a condition holds.
struct ChoiceRule: Hashable, Sendable {
    let condition: ChoiceCondition
    let next: String
    let assign: PayloadTemplate?
}
