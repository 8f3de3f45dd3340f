/// The limit of any value that travels through a state machine, in bytes of UTF-8, as Step Functions has it.
package let payloadLimitInBytes = 262_144

extension JSONValue {
    /// This value, if it may travel through a state machine.
    ///
    /// - Parameter what: Names the value for the failure's cause.
    /// - Returns: The value itself.
    /// - Throws: `StateFailure` named `States.DataLimitExceeded`.
    func withinLimit(_ what: String) throws(StateFailure) -> JSONValue {
        guard jsonSizeInBytes <= payloadLimitInBytes else {
            throw StateFailure(
                error: .dataLimitExceeded,
                cause: "\(what) is larger than \(payloadLimitInBytes) bytes."
            )
        }
        return self
    }
}

/// What a state leaves behind.
struct StateOutcome: Hashable, Sendable {
    let output: JSONValue
    /// The variables that the state set, to be kept.
    let assigned: JSONObject
}

extension State {
    /// The input after `InputPath`.
    func effectiveInput(in scope: Scope) throws(StateFailure) -> JSONValue {
        guard let inputPath else { return .object(JSONObject()) }
        return try scope.value(at: inputPath, field: "InputPath")
    }

    /// What the state works on: the effective input, replaced by `Parameters` where there are any.
    func arguments(in scope: Scope) throws(StateFailure) -> JSONValue {
        let effective = try effectiveInput(in: scope)
        guard let parameters else { return effective }
        return try parameters.evaluate(in: scope.with(input: effective)).withinLimit("The state's effective input")
    }

    /// What a result becomes by `ResultSelector`, `Assign`, `ResultPath` and `OutputPath`, in this order.
    ///
    /// - Parameters:
    ///   - result: What the state yielded.
    ///   - scope: The scope with the state's own input.
    /// - Returns: The output and the variables to set.
    /// - Throws: `StateFailure` of the first step that cannot be done.
    func outcome(of result: JSONValue, in scope: Scope) throws(StateFailure) -> StateOutcome {
        var result = result
        if let resultSelector { result = try resultSelector.evaluate(in: scope.with(input: result)) }
        let assigned = try Self.variables(assign, in: scope.with(input: result))
        let combined = try resultPath?.inserting(result, into: scope.input) ?? scope.input
        return StateOutcome(output: try output(combined, in: scope), assigned: assigned)
    }

    /// What becomes of a state that only passes its effective input on, such as Choice and Wait.
    ///
    /// - Parameters:
    ///   - effective: The effective input.
    ///   - assign: The `Assign` that applies.
    ///   - scope: The scope with the state's own input.
    /// - Returns: The output and the variables to set.
    /// - Throws: `StateFailure` of the first step that cannot be done.
    func passed(
        _ effective: JSONValue,
        assign: PayloadTemplate?,
        in scope: Scope
    ) throws(StateFailure) -> StateOutcome {
        let assigned = try Self.variables(assign, in: scope.with(input: effective))
        return StateOutcome(output: try output(effective, in: scope), assigned: assigned)
    }

    /// What a catcher hands on; `OutputPath` does not apply.
    func caught(_ failure: StateFailure, by catcher: Catcher, in scope: Scope) throws(StateFailure) -> StateOutcome {
        let assigned = try Self.variables(catcher.assign, in: scope.with(input: failure.output))
        let output = try catcher.resultPath?.inserting(failure.output, into: scope.input) ?? scope.input
        return StateOutcome(output: try output.withinLimit("The state's output"), assigned: assigned)
    }

    private func output(_ value: JSONValue, in scope: Scope) throws(StateFailure) -> JSONValue {
        guard let outputPath else { return .object(JSONObject()) }
        let output = try scope.with(input: value).value(at: outputPath, field: "OutputPath")
        return try output.withinLimit("The state's output")
    }

    private static func variables(_ template: PayloadTemplate?, in scope: Scope) throws(StateFailure) -> JSONObject {
        guard let template else { return JSONObject() }
        return try template.evaluate(in: scope).withinLimit("The variables of a state").object ?? JSONObject()
    }
}

extension Scope {
    /// A whole number from a definition or from the data.
    ///
    /// A string that holds one is taken as well, as the service does for `MaxConcurrencyPath`.
    ///
    /// - Throws: `StateFailure` named `States.Runtime` when it is none or not in range.
    func integer(
        _ source: IntegerSource,
        field: String,
        in range: ClosedRange<Int64>,
        acceptsText: Bool = false
    ) throws(StateFailure) -> Int64 {
        switch source {
        case .literal(let value): return value
        case .path(let path):
            let value = try value(at: path, field: field)
            let number = value.integer ?? (acceptsText ? value.string.flatMap { Int64($0) } : nil)
            guard let number, range.contains(number) else {
                throw StateFailure(
                    error: .runtime,
                    cause: "The \(field) field refers to value \(value) which is not a valid integer: \(path.text)"
                )
            }
            return number
        }
    }
}
