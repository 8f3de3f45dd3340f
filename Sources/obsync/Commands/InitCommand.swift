import AWSClient
import ArgumentParser
import Foundation
import HTTPTransport
import SyncCore

/// `obsync init`
struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Prepare a deployment to AWS: write samconfig.toml and create the secret.",
        discussion: """
            Asks a few questions, writes samconfig.toml, and stores the credentials in AWS Secrets Manager. Credentials \
            are typed at a prompt that does not show them, or read from standard input as JSON; never from the command line.
            """
    )

    @Option(help: "The name of the stack.")
    var stack: String?

    @Option(help: "The AWS region.")
    var region: String?

    @Option(help: "The name of the secret.")
    var secret: String?

    @Option(help: "When the mirror runs, such as \"rate(1 day)\".")
    var schedule: String?

    @Option(help: "Where alerts are mailed to.")
    var alertEmail: String?

    @Option(help: "What the keys of the files in the bucket begin with, such as mirror/.")
    var prefix: String?

    @Flag(help: "Ask nothing: take the options and the defaults, and read the secret as JSON from standard input.")
    var secretFromStdin = false

    @Flag(help: "Write samconfig.toml only; the secret exists already.")
    var noSecret = false

    @Flag(help: "Overwrite a samconfig.toml that exists.")
    var force = false

    @Option(help: .hidden)
    var file = "samconfig.toml"

    func run() async throws {
        guard force || !FileManager.default.fileExists(atPath: file) else {
            throw SyncError(.invalidInput, "\(file) exists already; edit it, or use --force to write it anew")
        }
        let environment = ProcessInfo.processInfo.environment
        var settings = try suggestions(environment)
        if secretFromStdin { try settings.check() } else { try settings.ask(.terminal) }
        if !noSecret { try await storeSecret(settings, environment) }
        try Data(settings.samConfiguration.utf8).write(to: URL(filePath: file), options: .atomic)
        StandardStreams.error("\(file) is written. Next: make deploy")
    }

    /// What the options say, and else what the AWS tools would take.
    func suggestions(
        _ environment: [String: String],
        readFile: @escaping FileReader = CredentialFiles.live
    ) throws -> DeploymentSettings {
        var settings = DeploymentSettings()
        settings.stack = stack ?? settings.stack
        let profile = try Profile.load(environment: environment, readFile: readFile)
        let usual = try? Region.fromEnvironment(environment, profile: profile).rawValue
        settings.region = region ?? usual ?? settings.region
        settings.secret = secret ?? settings.secret
        settings.schedule = schedule ?? settings.schedule
        settings.alertEmail = alertEmail ?? settings.alertEmail
        settings.prefix = prefix ?? settings.prefix
        return settings
    }

    private func storeSecret(_ settings: DeploymentSettings, _ environment: [String: String]) async throws {
        let logger = try OutputOptions.parse([]).makeLogger()
        try await withTransport(environment) { transport in
            let upload = try SecretUpload(
                environment: environment,
                region: settings.region,
                executor: transport,
                logger: logger
            )
            // Before anything secret is asked for: nobody likes to type that twice.
            let exists = try await upload.exists(settings.secret)
            guard let secret = try makeSecret(settings.secret, exists: exists) else {
                StandardStreams.error("The secret \(settings.secret) stays as it is.")
                return
            }
            try await upload.store(secret, name: settings.secret, replaces: exists)
            StandardStreams.error("The secret \(settings.secret) \(exists ? "has a new version" : "is created").")
        }
    }

    /// The secret from standard input or from answers; nil where the one that exists is to stay.
    private func makeSecret(_ name: String, exists: Bool) throws -> Secret? {
        if secretFromStdin { return try SecretDialogue.read(FileHandle.standardInput.readDataToEndOfFile()) }
        if exists {
            let question = "The secret \(name) exists. Replace it (yes, no)"
            guard try Dialogue.terminal.confirm(question) else { return nil }
        }
        return try SecretDialogue.ask(.terminal)
    }
}
