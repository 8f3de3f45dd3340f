import SyncCore

/// Settings whose values AWS prescribes.
extension SettingReader {
    /// An SNS topic: `arn:<partition>:sns:<region>:<account>:<name>`.
    func topicARN(_ setting: Setting) throws(SyncError) -> String? {
        guard let value = try text(setting) else { return nil }
        let parts = value.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[2] == "sns", !parts.contains("") else {
            throw wrong(setting, "the ARN of an SNS topic, arn:aws:sns:<region>:<account>:<name>")
        }
        return value
    }

    /// An AWS account: twelve digits.
    func account(_ setting: Setting) throws(SyncError) -> String? {
        guard let value = try text(setting) else { return nil }
        guard value.utf8.count == 12, value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw wrong(setting, "the twelve digits of an AWS account")
        }
        return value
    }

    /// A text that CloudWatch takes as the value of a dimension.
    func dimension(_ setting: Setting) throws(SyncError) -> String? {
        guard let text = try text(setting) else { return nil }
        guard text.utf8.count <= 255, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !text.hasPrefix(":") else {
            throw wrong(setting, "up to 255 letters, digits and signs without spaces")
        }
        return text
    }

    /// A prefix of keys, with a slash at its end.
    static func withSlash(_ prefix: String) -> String {
        prefix.isEmpty || prefix.hasSuffix("/") ? prefix : prefix + "/"
    }

    private func wrong(_ setting: Setting, _ what: String) -> SyncError {
        SyncError(.invalidConfiguration, "the environment variable \(setting.variable) has to be \(what)")
    }
}

extension Setting {
    /// Said by the platform, so that it is in no list.
    static let functionMemory = Setting(
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        form: .integer(128...10_240),
        for: [.downloader],
        "The memory of a function in MB"
    )
}
