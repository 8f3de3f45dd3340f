/// Keys that requests are signed with.
package struct Credential: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
    /// The public half, such as `AKIDEXAMPLE`.
    package let accessKeyId: String
    /// The secret half. It never leaves the process.
    package let secretAccessKey: String
    /// The token that comes with temporary keys.
    package let sessionToken: String?

    /// Makes a credential.
    package init(accessKeyId: String, secretAccessKey: String, sessionToken: String? = nil) {
        self.accessKeyId = accessKeyId
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }

    package var description: String { "Credential(redacted)" }
    package var debugDescription: String { description }
}
