extension WaitDefinition {
    /// The longest wait that the service accepts, in seconds.
    private static let limitInSeconds = Int64(Int32.max)

    /// How long to wait; zero or less when the time has come already.
    ///
    /// - Throws: `StateFailure` named `States.Runtime` when the data have no usable time.
    func duration(in scope: Scope, now: Timestamp) throws(StateFailure) -> Duration {
        switch self {
        case .seconds(let source):
            return try Self.checked(.seconds(try Self.seconds(source, in: scope)))
        case .timestamp(let time):
            return try Self.checked(time.duration(since: now))
        case .timestampPath(let path):
            let value = try scope.value(at: path, field: "TimestampPath")
            guard let time = value.string.flatMap(Timestamp.init) else {
                throw StateFailure(
                    error: .runtime,
                    cause: "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time "
                        + "format string: \(path.text) == \(value.string ?? value.jsonText)"
                )
            }
            return try Self.checked(time.duration(since: now))
        }
    }

    /// What the service says of each wrong value.
    private static func seconds(_ source: IntegerSource, in scope: Scope) throws(StateFailure) -> Int64 {
        guard case .path(let path) = source else {
            return try scope.integer(source, field: "SecondsPath", in: 0...limitInSeconds)
        }
        let value = try scope.value(at: path, field: "SecondsPath")
        let shown = "\(path.text) == \(value.string ?? value.jsonText)"
        guard let seconds = value.integer else {
            throw StateFailure(
                error: .runtime,
                cause: "The SecondsPath parameter cannot be parsed as a long value: \(shown)"
            )
        }
        guard seconds >= 0 else {
            throw StateFailure(
                error: .runtime,
                cause: "The SecondsPath parameter references a negative value: \(shown)"
            )
        }
        return seconds
    }

    private static func checked(_ duration: Duration) throws(StateFailure) -> Duration {
        guard duration <= .seconds(limitInSeconds) else {
            throw StateFailure(error: .runtime, cause: "Wait state delay is too long.")
        }
        return duration
    }
}

extension FailDefinition {
    /// The failure that the state reports. Without an error its name is empty.
    ///
    /// - Throws: `StateFailure` named `States.Runtime` when a path finds no string.
    func failure(in scope: Scope) throws(StateFailure) -> StateFailure {
        let error = try Self.text(error, field: "ErrorPath", in: scope)
        return StateFailure(
            error: ErrorName(error ?? ""),
            cause: try Self.text(cause, field: "CausePath", in: scope)
        )
    }

    private static func text(_ text: Text?, field: String, in scope: Scope) throws(StateFailure) -> String? {
        switch text {
        case nil: return nil
        case .literal(let text): return text
        case .expression(let expression):
            let value = try expression.evaluate(in: scope, field: field)
            guard let text = value.string else {
                throw StateFailure(error: .runtime, cause: "The \(field) field must yield a string, not \(value)")
            }
            return text
        }
    }
}

extension MapDefinition {
    /// How many iterations may run at once.
    func concurrency(in scope: Scope) throws(StateFailure) -> Int {
        guard let maxConcurrency else { return Self.defaultConcurrency }
        let number = try scope.integer(
            maxConcurrency,
            field: "MaxConcurrencyPath",
            in: 0...Int64(Int32.max),
            acceptsText: true
        )
        return number == 0 ? Self.defaultConcurrency : Int(number)
    }

    /// The items to go through.
    func items(in scope: Scope) throws(StateFailure) -> [JSONValue] {
        let value = try scope.value(at: itemsPath, field: "ItemsPath")
        guard let items = value.array else {
            throw StateFailure(error: .runtime, cause: "Reference path \"\(itemsPath.text)\" must point to array.")
        }
        return items
    }

    /// How many failed iterations are too many, or `nil` when none is tolerated and the first one's error counts.
    func tolerance(in scope: Scope, items: Int) throws(StateFailure) -> Int? {
        var limits: [Int] = []
        if let toleratedFailureCount {
            let count = try scope.integer(
                toleratedFailureCount,
                field: "ToleratedFailureCountPath",
                in: 0...Int64(Int32.max)
            )
            limits.append(Int(count))
        }
        if let toleratedFailurePercentage {
            limits.append(Int(Double(items) * (try percentage(toleratedFailurePercentage, in: scope)) / 100))
        }
        return limits.min()
    }

    private func percentage(_ source: NumberSource, in scope: Scope) throws(StateFailure) -> Double {
        switch source {
        case .literal(let number): return number
        case .path(let path):
            let value = try scope.value(at: path, field: "ToleratedFailurePercentagePath")
            guard let number = value.double, (0...100).contains(number) else {
                throw StateFailure(
                    error: .runtime,
                    cause: "The ToleratedFailurePercentagePath field must yield a number from 0 to 100, not \(value)"
                )
            }
            return number
        }
    }
}
