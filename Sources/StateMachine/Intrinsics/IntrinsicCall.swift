/// The intrinsic functions of the Amazon States Language.
enum IntrinsicFunction: String, CaseIterable, Sendable {
    case format = "States.Format"
    case stringToJSON = "States.StringToJson"
    case jsonToString = "States.JsonToString"
    case array = "States.Array"
    case arrayPartition = "States.ArrayPartition"
    case arrayContains = "States.ArrayContains"
    case arrayRange = "States.ArrayRange"
    case arrayGetItem = "States.ArrayGetItem"
    case arrayLength = "States.ArrayLength"
    case arrayUnique = "States.ArrayUnique"
    case base64Encode = "States.Base64Encode"
    case base64Decode = "States.Base64Decode"
    case hash = "States.Hash"
    case jsonMerge = "States.JsonMerge"
    case mathRandom = "States.MathRandom"
    case mathAdd = "States.MathAdd"
    case stringSplit = "States.StringSplit"
    case uuid = "States.UUID"

    /// How many arguments a call may have.
    var arity: ClosedRange<Int> {
        switch self {
        case .format: 1...Int.max
        case .array: 0...Int.max
        case .uuid: 0...0
        case .stringToJSON, .jsonToString, .arrayLength, .arrayUnique, .base64Encode, .base64Decode: 1...1
        case .arrayPartition, .arrayContains, .arrayGetItem, .hash, .mathAdd, .stringSplit: 2...2
        case .arrayRange, .jsonMerge: 3...3
        case .mathRandom: 2...3
        }
    }
}

/// A call of an intrinsic function, such as `States.Format('{} of {}', $.done, $.total)`.
indirect enum IntrinsicArgument: Hashable, Sendable {
    /// A string, with the places of the `{}` that were not escaped.
    case template(FormatTemplate)
    /// A number, a boolean or null.
    case literal(JSONValue)
    case path(JSONPath)
    case call(IntrinsicCall)
}

/// A call of an intrinsic function.
struct IntrinsicCall: Hashable, Sendable {
    /// How deep calls may be nested, as Step Functions limits it.
    static let depthLimit = 10

    let function: IntrinsicFunction
    let arguments: [IntrinsicArgument]

    /// Reads a whole text as a call.
    ///
    /// - Throws: `SyntaxProblem` when it is none, names no known function, or has too many or too few arguments.
    init(_ text: String) throws(SyntaxProblem) {
        var scanner = TextScanner(text)
        self = try IntrinsicCall(from: &scanner, depth: 1)
        scanner.skipSpace()
        guard scanner.isAtEnd else { throw SyntaxProblem("unexpected '\(scanner.remainder)' after an intrinsic call") }
    }

    private init(from scanner: inout TextScanner, depth: Int) throws(SyntaxProblem) {
        guard depth <= Self.depthLimit else { throw SyntaxProblem("intrinsic calls are nested too deep") }
        let name = scanner.take { $0.properties.isXIDContinue || $0 == "." }
        guard let function = IntrinsicFunction(rawValue: name) else {
            throw SyntaxProblem("'\(name + scanner.remainder)' is neither a JSONPath nor an intrinsic function")
        }
        scanner.skipSpace()
        guard scanner.consume("(") else { throw SyntaxProblem("'(' is missing after \(name)") }
        var arguments: [IntrinsicArgument] = []
        scanner.skipSpace()
        if scanner.peek != ")" {
            repeat {
                arguments.append(try Self.argument(from: &scanner, depth: depth))
                scanner.skipSpace()
            } while scanner.consume(",")
        }
        guard scanner.consume(")") else { throw SyntaxProblem("')' is missing in a call of \(name)") }
        guard function.arity.contains(arguments.count) else {
            throw SyntaxProblem("\(name) does not take \(arguments.count) arguments")
        }
        self.function = function
        self.arguments = arguments
    }

    private static func argument(
        from scanner: inout TextScanner,
        depth: Int
    ) throws(SyntaxProblem) -> IntrinsicArgument {
        scanner.skipSpace()
        switch scanner.peek {
        case "'":
            scanner.advance()
            return .template(try FormatTemplate(from: &scanner))
        case "$":
            let text = scanner.remainder
            return .path(try JSONPath(from: &scanner, text: text))
        case "S":
            return .call(try IntrinsicCall(from: &scanner, depth: depth + 1))
        default:
            if scanner.consume(text: "true") { return .literal(.bool(true)) }
            if scanner.consume(text: "false") { return .literal(.bool(false)) }
            if scanner.consume(text: "null") { return .literal(.null) }
            guard let number = scanner.number() else {
                throw SyntaxProblem("an argument of an intrinsic function cannot be read: '\(scanner.remainder)'")
            }
            return .literal(number)
        }
    }
}
