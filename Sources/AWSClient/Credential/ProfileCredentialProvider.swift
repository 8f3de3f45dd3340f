import AWSSigning
package import Logging

/// What a profile of the shared files says of credentials: keys, a program that prints them, or what the AWS CLI can do.
package struct ProfileCredentialProvider: CredentialProvider {
    private let environment: [String: String]
    private let profile: String?
    private let commands: CommandCredentials
    private let readFile: FileReader

    /// Makes a source over the shared files, which are read each time.
    ///
    /// - Parameters:
    ///   - environment: the variables.
    ///   - profile: the profile; nil for the one that the environment names.
    ///   - runCommand: runs programs, where that is possible.
    ///   - readFile: reads a file.
    package init(
        _ environment: [String: String],
        profile: String? = nil,
        runCommand: CommandRunner? = nil,
        readFile: @escaping FileReader = CredentialFiles.live
    ) {
        self.environment = environment
        self.profile = profile
        commands = CommandCredentials(environment: environment, run: runCommand)
        self.readFile = readFile
    }

    package var name: String { "profile" }

    package func credential(logger: Logger) async throws -> ExpiringCredential? {
        if let found = try await webIdentity() { return found }
        guard let profile = try Profile.load(profile, environment: environment, readFile: readFile) else {
            let name = self.profile ?? Profile.name(environment)
            if name == "default", self.profile == nil { return nil }
            throw AWSError(.credentialsUnavailable, message: "there is no AWS profile \(name) in the shared files")
        }
        switch profile.source {
        case .none:
            return nil
        case .process(let command):
            return try await commands.credential(process: command, of: profile)
        case .commandLine(let what):
            return try await commands.credential(fromCommandLine: what, of: profile)
        case .keys:
            guard let key = profile.accessKeyId, let secret = profile.secretAccessKey, !key.isEmpty, !secret.isEmpty
            else { throw profile.unavailable("has only one half of its keys") }
            return ExpiringCredential(
                Credential(accessKeyId: key, secretAccessKey: secret, sessionToken: profile.sessionToken)
            )
        }
    }

    /// A role that the variables name with a token file, as EKS gives it to a pod.
    private func webIdentity() async throws -> ExpiringCredential? {
        guard profile == nil, let file = environment["AWS_WEB_IDENTITY_TOKEN_FILE"], !file.isEmpty,
            let role = environment["AWS_ROLE_ARN"], !role.isEmpty
        else { return nil }
        let named = Profile(name: Profile.name(environment), settings: [:])
        return try await commands.credential(fromCommandLine: "AWS_WEB_IDENTITY_TOKEN_FILE", of: named)
    }
}
