package import Clocks
package import HTTPTransport
package import Logging
package import SyncCore

/// Obsidian Sync as a provider.
package struct ObsidianProvider: LibraryProvider {
    /// Where the service is, and what may stand in its place.
    package struct Configuration: Sendable {
        /// The REST service, without a slash at its end.
        package var apiURL = "https://api.obsidian.md"
        /// Which hosts sockets may go to.
        package var hosts = HostPolicy()
        /// How many sockets one open vault may have: how many bodies are fetched at once.
        package var sockets = 1
        /// How vaults are encrypted of which the list does not say it; nil stands for version 0.
        package var assumedEncryptionVersion: Int?
        /// The way to the sync hosts.
        package var network = NetworkSettings()
        /// How long a socket that nobody uses stays open for the next batch. A function is frozen between two calls and could not
        /// close it.
        package var idleSocketLifetime: Duration = .seconds(10)
        /// How long the service may take.
        package var timeouts = SocketTimeouts()

        /// Makes the configuration of the real service.
        package init() {}

        /// Reads `OBSIDIAN_API_URL`, `OBSYNC_ALLOW_HOSTS`, `OBSIDIAN_SOCKETS`, `OBSIDIAN_ENCRYPTION_VERSION`, and what
        /// ``NetworkSettings`` reads.
        ///
        /// - Throws: `InvalidConfiguration` naming the variable.
        package init(environment: [String: String]) throws(SyncError) {
            apiURL = try ServiceAddress.read(Setting.obsidianAddress.variable, from: environment, otherwise: apiURL)
            hosts = HostPolicy(
                allowing: AllowedHosts(environment: environment),
                allowsLoopback: ServiceAddress.isLoopback(apiURL)
            )
            if environment["AWS_LAMBDA_FUNCTION_NAME"] != nil { idleSocketLifetime = .zero }
            let reader = SettingReader(environment)
            sockets = try reader.integer(.obsidianSockets) ?? sockets
            assumedEncryptionVersion = try reader.integer(.obsidianEncryption) ?? assumedEncryptionVersion
            do {
                network = try NetworkSettings(environment: environment)
            } catch {
                throw SyncError(.invalidConfiguration, error.message)
            }
        }
    }

    private let api: ObsidianAPI
    private let configuration: Configuration
    private let clock: any WallClock
    private let client: WebSocketClient
    private let lists = VaultLists()
    private let keyring = VaultKeyring()
    private let shelf: SocketShelf
    private let backoff: ReconnectBackoff

    /// Makes the provider.
    ///
    /// - Parameters:
    ///   - configuration: where the service is.
    ///   - executor: sends REST requests.
    ///   - clock: for one-time passwords and waits.
    ///   - random: a number from 0 up to 1, for jitter.
    package init(
        _ configuration: Configuration,
        executor: any HTTPExecutor,
        clock: any WallClock,
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.configuration = configuration
        self.clock = clock
        client = WebSocketClient(connector: ChannelConnector(configuration.network))
        backoff = ReconnectBackoff(random: random)
        shelf = SocketShelf(lifetime: configuration.idleSocketLifetime, clock: clock)
        api = ObsidianAPI(baseURL: configuration.apiURL, executor: executor, clock: clock, random: random)
    }

    package var name: String { "obsidian" }

    /// One socket each: a client that ran against the service went from ten down to three.
    package var defaultConcurrency: Int { 3 }

    /// The lifetime of a token is not known. E-mail address and password give a new one, as often as wanted.
    ///
    /// - Throws: `InvalidConfiguration` naming the secret's field that is wrong.
    package func token(in secret: Secret) throws -> TokenFacts {
        var facts = TokenFacts()
        _ = try secret.text("token", "value")
        _ = try Self.oneTimePasswords(secret)
        facts.isRenewable = try secret.text("auth", "email") != nil && secret.text("auth", "password") != nil
        return facts
    }

    private static func oneTimePasswords(_ secret: Secret) throws(SyncError) -> TOTP? {
        guard let text = try secret.text("auth", "totp_secret") else { return nil }
        return try TOTP(secret: text)
    }

    package func check(_ secret: Secret, logger: Logger) async throws -> CredentialCheck {
        guard let token = try secret.text("token", "value") else { return .refused }
        do {
            // Listing the vaults tells as much as asking for the user does, and counts them.
            return .valid(vaults: try await api.vaults(token: token, logger).count, expires: nil)
        } catch let error as SyncError where error.name == .tokenExpired {
            return .refused
        }
    }

    package func renew(_ secret: Secret, logger: Logger) async throws -> Secret {
        let email = try secret.requiredText("auth", "email")
        let password = try secret.requiredText("auth", "password")
        let totp = try Self.oneTimePasswords(secret)
        let token: String
        do {
            token = try await api.signIn(
                email: email,
                password: password,
                code: totp?.code(at: clock.now) ?? "",
                logger
            )
        } catch let error as SyncError where error.detail == .codeRefused && totp != nil {
            // A code counts once, perhaps: the next one may be taken.
            try await clock.sleep(until: clock.now.startOfNextStep, tolerance: nil)
            token = try await api.signIn(
                email: email,
                password: password,
                code: totp?.code(at: clock.now) ?? "",
                logger
            )
        }
        return
            secret
            .setting(.string(token), at: "token", "value")
            .setting(.string(clock.now.iso8601), at: "token", "obtained_at")
    }

    package func describeVaults(_ secret: Secret, logger: Logger) async throws -> [VaultDescription] {
        guard let token = try secret.text("token", "value") else {
            throw SyncError(.tokenExpired, "the secret holds no token yet")
        }
        return try await api.vaults(token: token, logger).map(\.description)
    }

    package func withLibrary<Result: Sendable>(
        _ secret: Secret,
        logger: Logger,
        _ body: (any LibrarySource) async throws -> Result
    ) async throws -> Result {
        guard let token = try secret.text("token", "value") else {
            throw SyncError(.tokenExpired, "the secret holds no token yet")
        }
        return try await body(
            ObsidianLibrary(
                api: api,
                configuration: configuration,
                client: client,
                lists: lists,
                keyring: keyring,
                shelf: shelf,
                backoff: backoff,
                secret: secret,
                token: token,
                logger: logger
            )
        )
    }
}

extension Timestamp {
    /// When the next step of one-time passwords begins.
    fileprivate var startOfNextStep: Timestamp {
        let step = TOTP.step.wholeMilliseconds
        return Timestamp(milliseconds: (milliseconds / step + 1) * step)
    }
}
