import AWSAdapters
import ArgumentParser
import Clocks
import CredentialFiles
import Foundation
import HTTPTransport
import LocalAdapters
import Providers
import SyncCore

/// Where an account's secret is kept.
struct SecretOptions: ParsableArguments {
    @Option(
        help: "The credentials file; or OBSYNC_CREDENTIALS, or $XDG_CONFIG_HOME/obsync/credentials.json.",
        completion: .file()
    )
    var credentials: String?

    @Flag(help: "Keep the secret in AWS Secrets Manager instead of a file.")
    var aws = false

    @Option(help: "With --aws, the name of the secret.")
    var secret = "obsync"
}

/// `obsync login`
struct LoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login",
        abstract: "Sign in to a provider, check the passwords of the vaults, and keep what runs need.",
        discussion: """
            What is typed is not shown. It is kept in a file that only you can read, or with --aws in Secrets Manager. \
            With --vault only the encryption password of one vault is added or changed.
            """
    )

    @Option(
        help: "One of \(ProviderDescription.names).",
        completion: .list(ProviderDescription.all.map(\.name))
    )
    var provider: String?

    @Option(help: "The id or the exact name of the vault whose encryption password is added or changed.")
    var vault: String?

    @OptionGroup var place: SecretOptions
    @OptionGroup var account: AccountOptions
    @OptionGroup var output: LogOptions

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let logger = try output.makeLogger()
        try await withTransport(environment) { transport in
            let keeper = try SecretKeeper(place, account, environment, executor: transport, logger: logger)
            let login = Login(
                dialogue: .terminal,
                providers: try LocalFolder.providers(
                    environment: environment,
                    executor: transport,
                    clock: SystemClock()
                ),
                clock: SystemClock(),
                logger: logger
            )
            if let vault {
                try await addPassword(of: vault, login, keeper)
            } else {
                let known = try await keeper.known()
                if known != nil, try await !mayReplace(known, keeper) { return }
                try await keeper.keep(try await login.secret(provider: provider, known: known))
            }
            StandardStreams.error("Kept in \(keeper.place).")
        }
        if vault == nil { StandardStreams.error("Next: obsync sync --dest FOLDER") }
    }

    private func mayReplace(_ known: Secret?, _ keeper: SecretKeeper) async throws -> Bool {
        let name = try? known?.text("provider")
        return try Dialogue.terminal.confirm(
            "\(keeper.place) holds an account\(name.map { " of \($0)" } ?? "") already. Sign in anew (yes, no)"
        )
    }

    private func addPassword(of vault: String, _ login: Login, _ keeper: SecretKeeper) async throws {
        guard let known = try await keeper.known() else {
            throw SyncError(.invalidInput, "nobody is signed in yet at \(keeper.place); first: obsync login")
        }
        let account = SignedInAccount(providers: login.providers, store: keeper.store, logger: login.logger)
        let changed = try await login.addingPasswords(to: try await account.secret(known), only: vault)
        try await SecretChange(store: keeper.store).apply { $0.taking("vaults", from: changed) }
    }
}

/// `obsync logout`
struct LogoutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logout",
        abstract: "Remove the credentials file: tokens, passwords and all. What is mirrored stays."
    )

    @Option(help: "The credentials file; or OBSYNC_CREDENTIALS, or the usual one.", completion: .file())
    var credentials: String?

    func run() async throws {
        let place = CredentialsPlace(option: credentials, environment: ProcessInfo.processInfo.environment)
        guard FileManager.default.fileExists(atPath: place.target) else {
            return StandardStreams.output("Nobody is signed in: there is no \(place.target).")
        }
        try FileSecretStore.remove(place.target)
        StandardStreams.output("Removed \(place.target). What is mirrored stays.")
    }
}
