/// Which Lambda function a task calls.
package struct FunctionReference: Hashable, Sendable {
    /// The reference as it was written: a name, a partial or a whole ARN, with or without a qualifier.
    package let text: String
    /// The function's name.
    package let name: String
    /// The version or alias, or `nil` for the newest.
    package let qualifier: String?

    /// Reads a name (`lister`, `lister:prod`), a partial ARN (`111122223333:function:lister`) or an ARN
    /// (`arn:aws:lambda:eu-west-1:111122223333:function:lister:prod`); `nil` comes back for any other text.
    ///
    /// - Parameters:
    ///   - text: The reference.
    ///   - qualifier: A version or alias that is given apart from it.
    package init?(_ text: String, qualifier: String? = nil) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let tail: ArraySlice<String>
        if let marker = parts.firstIndex(of: "function") {
            guard marker == 1 || (marker == 5 && parts[0] == "arn" && parts[2] == "lambda") else { return nil }
            tail = parts[(marker + 1)...]
        } else {
            tail = parts[...]
        }
        guard let name = tail.first, tail.count <= 2, Self.isName(name), tail.dropFirst().allSatisfy({ !$0.isEmpty })
        else { return nil }
        self.text = text
        self.name = name
        self.qualifier = qualifier ?? tail.dropFirst().first
    }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.unicodeScalars.allSatisfy { $0.isASCII && $0.properties.isXIDContinue || $0 == "-" }
    }
}

/// A call of the Step Functions integration.
package struct StartExecutionRequest: Hashable, Sendable {
    /// The ARN of the state machine to start.
    package let stateMachineARN: String
    /// The name of the new execution, or `nil` for a generated one.
    package let name: String?
    /// The input of the new execution.
    package let input: JSONValue
    /// Whether to answer only when the new execution has ended (`.sync:2`).
    package let waitsForCompletion: Bool
}
