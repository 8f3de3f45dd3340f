/// Runs a program with its arguments, and gives its exit status and what it printed; nil when there is no such program.
///
/// What it prints on standard error goes where this process prints.
package typealias CommandRunner =
    @Sendable (_ arguments: [String], _ environment: [String: String]) async throws -> (status: Int32, output: [UInt8])?

/// Credentials that a program prints.
struct CommandCredentials: Sendable {
    let environment: [String: String]
    /// Nil where no programs are run, as in a function.
    let run: CommandRunner?

    /// Those of a profile's `credential_process`.
    func credential(process command: String, of profile: Profile) async throws -> ExpiringCredential {
        guard let run else { throw profile.unavailable("has a credential_process, which is not run here") }
        guard let words = ShellWords.split(command), !words.isEmpty else {
            throw profile.unavailable("has a credential_process that is not a command")
        }
        guard let (status, output) = try await run(words, environment) else {
            throw profile.unavailable("has a credential_process that does not exist")
        }
        guard status == 0 else {
            throw profile.unavailable("has a credential_process that ends with status \(status)")
        }
        guard let found = CredentialDocument.credential(output) else {
            throw profile.unavailable("has a credential_process that prints no credentials")
        }
        return found
    }

    /// Those that the AWS CLI gets for a profile.
    ///
    /// - Parameters:
    ///   - what: what only the AWS CLI can do, in words.
    ///   - profile: the profile.
    /// - Returns: the keys.
    /// - Throws: ``AWSErrorCode/credentialsUnavailable`` naming the profile.
    func credential(fromCommandLine what: String, of profile: Profile) async throws -> ExpiringCredential {
        let hint = "uses \(what); that takes the AWS CLI"
        guard let run else { throw profile.unavailable(hint + ", which is not run here") }
        let arguments = [
            "aws", "configure", "export-credentials", "--format", "process", "--profile", profile.name,
        ]
        guard let (status, output) = try await run(arguments, environment) else {
            throw profile.unavailable(
                hint
                    + ", which is not installed; install it, or set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN"
            )
        }
        guard status == 0, let found = CredentialDocument.credential(output) else {
            throw profile.unavailable(
                "uses \(what), and the AWS CLI gives no credentials for it (status \(status)); run: aws configure export-credentials --profile \(profile.name)"
            )
        }
        return found
    }
}

extension Profile {
    /// An error that names the profile.
    func unavailable(_ message: String) -> AWSError {
        AWSError(.credentialsUnavailable, message: "the AWS profile \(name) \(message)")
    }
}
