extension IntrinsicValues {
    func partition() throws(StateFailure) -> JSONValue {
        let values = try array(0)
        guard let size = Int(exactly: try integer(1)), size > 0 else { throw failure("the size must be positive") }
        let starts = stride(from: 0, to: values.count, by: size)
        return .array(starts.map { .array(Array(values[$0..<Swift.min($0 + size, values.count)])) })
    }

    func range() throws(StateFailure) -> JSONValue {
        let (first, last, step) = (try integer(0), try integer(1), try integer(2))
        guard step != 0 else { throw failure("the step must not be zero") }
        let numbers = stride(from: first, through: last, by: Int(step)).prefix(1001).map { JSONValue.integer($0) }
        guard numbers.count <= 1000 else { throw failure("the range has more than 1000 numbers") }
        return .array(numbers)
    }

    func item() throws(StateFailure) -> JSONValue {
        let values = try array(0)
        guard let index = Int(exactly: try integer(1)), values.indices.contains(index) else {
            throw failure("the index is not in the array")
        }
        return values[index]
    }

    func unique() throws(StateFailure) -> JSONValue {
        var seen: Set<JSONValue> = []
        return .array(try array(0).filter { seen.insert($0).inserted })
    }
}
