extension IntrinsicCall {
    /// What the call yields.
    ///
    /// - Throws: `StateFailure` named `States.IntrinsicFailure` when the arguments do not fit the function, or
    ///   `States.Runtime` when the path of an argument finds nothing.
    func evaluate(in scope: Scope, field: String) throws(StateFailure) -> JSONValue {
        var values: [JSONValue] = []
        for argument in arguments {
            switch argument {
            case .template(let template): values.append(.string(template.plainText))
            case .literal(let value): values.append(value)
            case .path(let path): values.append(try scope.value(at: path, field: field))
            case .call(let call): values.append(try call.evaluate(in: scope, field: field))
            }
        }
        return try apply(to: IntrinsicValues(function: function, values: values), scope.functions)
    }

    private func apply(
        to values: IntrinsicValues,
        _ environment: IntrinsicEnvironment
    ) throws(StateFailure) -> JSONValue {
        switch function {
        case .format: return try values.format(template)
        case .stringToJSON: return try values.parsed()
        case .jsonToString: return .string(values[0].jsonText)
        case .array: return .array(values.values)
        case .arrayPartition: return try values.partition()
        case .arrayContains: return .bool(try values.array(0).contains(values[1]))
        case .arrayRange: return try values.range()
        case .arrayGetItem: return try values.item()
        case .arrayLength: return .integer(Int64(try values.array(0).count))
        case .arrayUnique: return try values.unique()
        case .base64Encode: return .string(Base64.encode(Array(try values.limitedString(0).utf8)))
        case .base64Decode: return try values.base64Decoded()
        case .hash: return try values.hash(environment.hash)
        case .jsonMerge: return try values.merged()
        case .mathRandom: return try values.random(environment.random)
        case .mathAdd: return try values.sum()
        case .stringSplit: return try values.split()
        case .uuid: return .string(environment.uuid())
        }
    }

    private var template: FormatTemplate? {
        if case .template(let template) = arguments.first { template } else { nil }
    }
}

/// The evaluated arguments of a call, with the checks that the functions share.
struct IntrinsicValues {
    let function: IntrinsicFunction
    let values: [JSONValue]

    subscript(index: Int) -> JSONValue { values[index] }

    func failure(_ message: String) -> StateFailure {
        StateFailure(error: .intrinsicFailure, cause: "\(function.rawValue): \(message)")
    }

    func array(_ index: Int) throws(StateFailure) -> [JSONValue] {
        guard let array = values[index].array else { throw failure("argument \(index + 1) must be an array") }
        return array
    }

    func string(_ index: Int) throws(StateFailure) -> String {
        guard let string = values[index].string else { throw failure("argument \(index + 1) must be a string") }
        return string
    }

    /// A string of at most 10,000 characters, as the encoding functions limit it.
    func limitedString(_ index: Int) throws(StateFailure) -> String {
        let string = try string(index)
        guard string.utf16.count <= 10_000 else { throw failure("the string is longer than 10000 characters") }
        return string
    }

    /// A number, rounded to the nearest integer.
    func integer(_ index: Int) throws(StateFailure) -> Int64 {
        if case .integer(let value) = values[index] { return value }
        guard let double = values[index].double,
            let integer = Int64(exactly: (double + 0.5).rounded(.down))
        else { throw failure("argument \(index + 1) must be a number") }
        return integer
    }
}
