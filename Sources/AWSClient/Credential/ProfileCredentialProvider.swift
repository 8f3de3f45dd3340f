import AWSSigning
package import Logging

/// Fixed keys, perhaps with a session token, in the shared profile files.
package struct ProfileCredentialProvider: CredentialProvider {
    private let environment: [String: String]
    private let readFile: FileReader

    /// Makes a source over the shared files.
    package init(_ environment: [String: String], readFile: @escaping FileReader = CredentialFiles.live) {
        self.environment = environment
        self.readFile = readFile
    }

    package var name: String { "profile" }

    package func credential(logger: Logger) throws -> ExpiringCredential? {
        guard let profile = try Profile.load(environment: environment, readFile: readFile) else {
            if Profile.name(environment) == "default" { return nil }
            throw AWSError(.credentialsUnavailable, message: "AWS_PROFILE names a profile that no file has")
        }
        guard profile.accessKeyId != nil || profile.secretAccessKey != nil else { return nil }
        guard let key = profile.accessKeyId, let secret = profile.secretAccessKey, !key.isEmpty, !secret.isEmpty else {
            throw AWSError(.credentialsUnavailable, message: "the profile has only one half of its keys")
        }
        return ExpiringCredential(
            Credential(accessKeyId: key, secretAccessKey: secret, sessionToken: profile.sessionToken)
        )
    }
}
