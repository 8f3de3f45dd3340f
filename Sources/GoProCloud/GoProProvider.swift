package import Clocks
package import HTTPTransport
package import Logging
package import SyncCore

/// The GoPro cloud library as a provider. It only reads.
package struct GoProProvider: LibraryProvider {
    /// Originals do not change, so each has one version: a row that was touched makes nobody fetch its bytes again.
    static let version: Int64 = 1
    /// Where the service is, and at what pace it is asked.
    package struct Configuration: Sendable {
        /// The REST service, without a slash at its end.
        package var apiURL = "https://api.gopro.com"
        /// Which hosts bodies are fetched from.
        package var hosts = MediaHosts()
        /// Requests to the API in a second, at most; 0 for no limit.
        package var resolvesPerSecond = 2.0
        /// Ranges of one file that are read at once.
        package var concurrentFetches = 5
        /// Whether telemetry and the like are mirrored too.
        package var takesSidecars = false

        /// Makes the configuration of the real service.
        package init() {}

        /// Reads `GOPRO_API_URL`, `OBSYNC_ALLOW_HOSTS`, `GOPRO_SIDECARS`, `GOPRO_RESOLVES_PER_SECOND` and
        /// `GOPRO_CONCURRENT_FETCHES`.
        ///
        /// - Throws: `InvalidConfiguration` naming the variable.
        package init(environment: [String: String]) throws(SyncError) {
            let reader = SettingReader(environment)
            apiURL = try ServiceAddress.read(Setting.goproAddress.variable, from: environment, otherwise: apiURL)
            hosts = MediaHosts(
                allowing: AllowedHosts(environment: environment),
                allowsLoopback: ServiceAddress.isLoopback(apiURL)
            )
            takesSidecars = try reader.flag(.goproSidecars) ?? takesSidecars
            resolvesPerSecond = try reader.number(.goproResolves) ?? resolvesPerSecond
            concurrentFetches = try reader.integer(.goproFetches) ?? concurrentFetches
        }

        /// The same for one of so many processes that ask at the same time: they share the pace.
        package func shared(among processes: Int) -> Configuration {
            var share = self
            share.resolvesPerSecond /= Double(max(processes, 1))
            return share
        }
    }

    private var api: GoProAPI
    private let configuration: Configuration
    private let mediaLimit: RateLimit

    /// Makes the provider.
    ///
    /// - Parameters:
    ///   - configuration: where the service is.
    ///   - executor: sends requests.
    ///   - clock: for expiries and waits.
    ///   - random: a number from 0 up to 1, for jitter.
    package init(
        _ configuration: Configuration,
        executor: any HTTPExecutor,
        clock: any WallClock,
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.configuration = configuration
        api = GoProAPI(
            baseURL: configuration.apiURL,
            executor: executor,
            clock: clock,
            random: random,
            limit: RateLimit(perSecond: configuration.resolvesPerSecond, clock: clock)
        )
        mediaLimit = RateLimit(perSecond: 0, clock: clock)
    }

    package var name: String { "gopro" }

    package var defaultConcurrency: Int { 5 }

    /// People free their cloud after a backup.
    package var defaultDeletions: DeletionPolicy { .keep }

    /// Files lie by month and medium; the library needs no folder besides.
    package var hasVaultFolders: Bool { false }

    package func working(until deadline: Timestamp) -> any LibraryProvider {
        var provider = self
        provider.api.deadline = deadline
        return provider
    }

    package func token(in secret: Secret) throws -> TokenFacts {
        let credential = try GoProCredential(secret)
        var facts = TokenFacts()
        facts.expires = credential.expires
        facts.lifetime = credential.lifetime
        facts.isRenewable = credential.isRefreshable
        facts.isSpentByRenewal = credential.isRefreshable
        return facts
    }

    package func check(_ secret: Secret, logger: Logger) async throws -> CredentialCheck {
        let credential = try GoProCredential(secret)
        if credential.isDue(at: api.clock.now) { return .refused }
        do {
            _ = try await api.get(.check, as: ListingAnswer.self, credential, logger)
        } catch let error as SyncError where error.name == .tokenExpired {
            return .refused
        }
        return .valid(vaults: 1, expires: credential.expires)
    }

    package func renew(_ secret: Secret, logger: Logger) async throws -> Secret {
        guard let refreshToken = try secret.text("refresh_token") else {
            throw SyncError(
                .authenticationFailed,
                "the captured token has run out, or the account's subscription has; sign in at gopro.com, copy the cookie "
                    + "gp_access_token into the secret's field access_token (the README says how), or set refresh_token"
            )
        }
        let tokens = try await api.refresh(
            refreshToken,
            clientID: try secret.requiredText("client_id"),
            clientSecret: try secret.requiredText("client_secret"),
            logger
        )
        return tokens.stored(in: secret, now: api.clock.now)
    }

    package func withLibrary<Result: Sendable>(
        _ secret: Secret,
        logger: Logger,
        _ body: (any LibrarySource) async throws -> Result
    ) async throws -> Result {
        let account = GoProAccount(
            api: api,
            credential: try GoProCredential(secret),
            hosts: configuration.hosts,
            mediaLimit: mediaLimit,
            concurrentFetches: configuration.concurrentFetches,
            takesSidecars: configuration.takesSidecars
        )
        return try await body(GoProLibrary(account: account, logger: logger))
    }
}
