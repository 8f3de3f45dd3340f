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
        if status == 0, let found = CredentialDocument.credential(output) { return found }
        if let found = try await assumedRole(of: profile, run) { return found }
        throw profile.unavailable(
            "uses \(what), and the AWS CLI gives no credentials for it (status \(status)); that takes version 2 of it, and this command tells more: aws configure export-credentials --profile \(profile.name)"
        )
    }

    /// Those of a role that another profile may assume. Version 1 of the AWS CLI can do that, and exports no credentials.
    private func assumedRole(of profile: Profile, _ run: CommandRunner) async throws -> ExpiringCredential? {
        guard let role = profile.settings["role_arn"], let source = profile.settings["source_profile"],
            profile.settings["mfa_serial"] == nil
        else { return nil }
        var arguments = ["aws", "sts", "assume-role", "--output", "json", "--profile", source, "--role-arn", role]
        arguments += ["--role-session-name", profile.settings["role_session_name"] ?? "obsync"]
        for (setting, option) in [("external_id", "--external-id"), ("duration_seconds", "--duration-seconds")] {
            if let value = profile.settings[setting] { arguments += [option, value] }
        }
        guard let (status, output) = try await run(arguments, environment), status == 0 else { return nil }
        return CredentialDocument.credential(output)
    }
}

extension Profile {
    /// An error that names the profile.
    func unavailable(_ message: String) -> AWSError {
        AWSError(.credentialsUnavailable, message: "the AWS profile \(name) \(message)")
    }
}
