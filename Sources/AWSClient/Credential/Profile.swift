/// One profile of the files that the AWS tools share.
package struct Profile: Sendable, Equatable {
    /// What it is called; `default` where nobody names another.
    package var name: String
    /// Its settings; those of indented lines as `s3.addressing_style`.
    var settings: [String: String]
    /// The settings of the services section that it names, such as `s3.endpoint_url`.
    var services: [String: String]

    init(name: String = "default", settings: [String: String], services: [String: String] = [:]) {
        self.name = name
        self.settings = settings
        self.services = services
    }

    /// `region`.
    package var region: String? { settings["region"] }
    /// `aws_access_key_id`.
    package var accessKeyId: String? { settings["aws_access_key_id"] }
    /// `aws_secret_access_key`.
    package var secretAccessKey: String? { settings["aws_secret_access_key"] }
    /// `aws_session_token`.
    package var sessionToken: String? { settings["aws_session_token"] }

    /// Where the credentials of a profile come from.
    enum Source: Equatable {
        /// The keys are in the profile.
        case keys
        /// A program prints them.
        case process(String)
        /// Only the AWS CLI can get them: what the profile uses, in words.
        case commandLine(String)
        /// The profile says nothing of credentials.
        case none
    }

    /// Where its credentials come from, in the order of the AWS tools.
    var source: Source {
        if settings["role_arn"] != nil {
            if settings["web_identity_token_file"] != nil {
                return .commandLine("a role with a web identity (role_arn)")
            }
            return .commandLine("a role (role_arn)")
        }
        if settings["sso_session"] != nil || settings["sso_start_url"] != nil || settings["sso_account_id"] != nil {
            return .commandLine("IAM Identity Center (SSO)")
        }
        if accessKeyId != nil || secretAccessKey != nil { return .keys }
        if settings["login_session"] != nil { return .commandLine("aws login (login_session)") }
        if let command = settings["credential_process"] { return .process(command) }
        if settings["credential_source"] != nil { return .commandLine("another source (credential_source)") }
        return .none
    }

    /// Reads a profile from the two shared files.
    ///
    /// `~/.aws/credentials` (`AWS_SHARED_CREDENTIALS_FILE`) has sections `[name]`, `~/.aws/config`
    /// (`AWS_CONFIG_FILE`) has sections `[profile name]`; what the first says wins.
    ///
    /// - Parameters:
    ///   - name: the profile; nil for the one that the environment names: `AWS_PROFILE`, else `default`.
    ///   - environment: the variables.
    ///   - readFile: reads a file.
    /// - Returns: nil when neither file has the profile.
    /// - Throws: ``AWSError`` with ``AWSErrorCode/invalidConfiguration`` for a services section that is not there, and for
    ///   a setting that would change where requests go and is not supported.
    package static func load(
        _ name: String? = nil,
        environment: [String: String],
        readFile: FileReader = CredentialFiles.live
    ) throws -> Profile? {
        let name = name ?? Self.name(environment)
        let files = try SharedFiles(environment, readFile: readFile)
        let titles = name == "default" ? ["default", "profile default"] : ["profile " + name]
        var settings = SharedFiles.section(titles, in: files.config)
        // The token belongs to its keys: keys of one file never go with the token of the other.
        let keys = SharedFiles.section([name], in: files.credentials)
        if keys?["aws_access_key_id"] != nil { settings?["aws_session_token"] = nil }
        if let keys { settings = (settings ?? [:]).merging(keys) { _, new in new } }
        guard let settings else { return nil }
        var profile = Profile(name: name, settings: settings)
        if let section = settings["services"] {
            guard let services = SharedFiles.section(["services " + section], in: files.config) else {
                throw profile.wrong("names a section services \(section) that the file does not have")
            }
            profile.services = services
        }
        try profile.refuseUnsupported()
        return profile
    }

    static func name(_ environment: [String: String]) -> String {
        for variable in ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"] {
            if let name = environment[variable], !name.isEmpty { return name }
        }
        return "default"
    }

    /// These change where requests go or whom they trust; passing over them would do something else than was asked.
    private func refuseUnsupported() throws {
        for name in [
            "use_fips_endpoint", "use_dualstack_endpoint", "s3.use_accelerate_endpoint", "s3.use_dualstack_endpoint",
        ] where settings[name]?.lowercased() == "true" {
            throw wrong("sets \(name), which is not supported; set endpoint_url to the address instead")
        }
        if settings["ca_bundle"] != nil {
            throw wrong("sets ca_bundle, which is not supported; set AWS_CA_BUNDLE instead")
        }
    }

    /// An error that names the profile.
    func wrong(_ message: String) -> AWSError {
        AWSError(.invalidConfiguration, message: "the AWS profile \(name) \(message)")
    }
}
