import SyncCore

/// Reads variables, naming the variable in every error.
struct VariableReader {
    let variables: [String: String]

    func text(_ name: String) -> String? {
        variables[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    func required(_ name: String) throws(SyncError) -> String {
        guard let value = text(name) else {
            throw SyncError(.invalidConfiguration, "the environment variable \(name) is not set")
        }
        return value
    }

    /// An SNS topic: `arn:<partition>:sns:<region>:<account>:<name>`.
    func topicARN(_ name: String) throws(SyncError) -> String? {
        guard let value = text(name) else { return nil }
        let parts = value.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[2] == "sns", !parts.contains("") else {
            throw SyncError(
                .invalidConfiguration,
                "the environment variable \(name) has to be the ARN of an SNS topic, arn:aws:sns:<region>:<account>:<name>"
            )
        }
        return value
    }

    /// An AWS account: twelve digits.
    func account(_ name: String) throws(SyncError) -> String? {
        guard let value = text(name) else { return nil }
        guard value.utf8.count == 12, value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw SyncError(
                .invalidConfiguration,
                "the environment variable \(name) has to be the twelve digits of an AWS account"
            )
        }
        return value
    }

    func prefix(_ name: String, default value: String) -> String {
        Self.withSlash(text(name) ?? value)
    }

    static func withSlash(_ prefix: String) -> String {
        prefix.isEmpty || prefix.hasSuffix("/") ? prefix : prefix + "/"
    }

    /// A text that CloudWatch takes as the value of a dimension.
    func dimension(_ name: String) throws(SyncError) -> String? {
        guard let text = text(name) else { return nil }
        guard text.utf8.count <= 255, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !text.hasPrefix(":") else {
            throw SyncError(
                .invalidConfiguration,
                "the environment variable \(name) has to be up to 255 letters, digits and signs without spaces"
            )
        }
        return text
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(SyncError) -> Int? {
        guard let text = text(name) else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw SyncError(
                .invalidConfiguration,
                "the environment variable \(name) has to be a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return value
    }
}
