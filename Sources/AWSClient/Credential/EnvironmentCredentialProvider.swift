import AWSSigning
package import Logging

/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, for temporary keys, `AWS_SESSION_TOKEN`.
package struct EnvironmentCredentialProvider: CredentialProvider {
    private let environment: [String: String]

    /// Makes a source over these variables.
    package init(_ environment: [String: String]) {
        self.environment = environment
    }

    package var name: String { "environment" }

    package func credential(logger: Logger) throws -> ExpiringCredential? {
        let key = environment["AWS_ACCESS_KEY_ID"] ?? ""
        let secret = environment["AWS_SECRET_ACCESS_KEY"] ?? ""
        if key.isEmpty && secret.isEmpty { return nil }
        guard !key.isEmpty, !secret.isEmpty else {
            throw AWSError(
                .credentialsUnavailable,
                message: "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set together"
            )
        }
        let token = environment["AWS_SESSION_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
        return ExpiringCredential(Credential(accessKeyId: key, secretAccessKey: secret, sessionToken: token))
    }
}
