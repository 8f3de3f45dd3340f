package import Logging

/// The authenticator: makes sure that the token works, and gives the run its id and its normalised request.
package struct Authenticate: Sendable {
    /// How often one run may come back because its token was refused on the way.
    private static let mostReauthentications = 3

    private let secrets: any SecretStore
    private let providers: [any LibraryProvider]
    private let allowedBuckets: [String]
    private let metrics: SyncMetrics
    private let makeRunID: @Sendable () -> RunID?

    /// Makes the use case.
    ///
    /// - Parameters:
    ///   - secrets: where the credentials are.
    ///   - providers: the clouds that this build knows.
    ///   - allowedBuckets: what a request may name in `dest_bucket`.
    ///   - metrics: what is measured.
    ///   - makeRunID: names a run that has no execution to take its name from.
    package init(
        secrets: any SecretStore,
        providers: [any LibraryProvider],
        allowedBuckets: [String],
        metrics: SyncMetrics = SyncMetrics(),
        makeRunID: @escaping @Sendable () -> RunID?
    ) {
        self.secrets = secrets
        self.providers = providers
        self.allowedBuckets = allowedBuckets
        self.metrics = metrics
        self.makeRunID = makeRunID
    }

    /// Authenticates once.
    ///
    /// - Throws: `InvalidInput`, `InvalidConfiguration`, `AuthenticationFailed`, `SubscriptionExpired`; transient errors.
    package func callAsFunction(_ input: AuthenticateInput, logger: Logger) async throws -> AuthenticateOutput {
        let request = input.request
        if let bucket = request.destinationBucket, !allowedBuckets.contains(bucket) {
            throw SyncError(.invalidInput, "the field dest_bucket names a bucket that this deployment may not write to")
        }
        let reauthentications = input.reauthentications + (input.isAfterRefusal ? 1 : 0)
        guard reauthentications <= Self.mostReauthentications else {
            throw SyncError(
                .authenticationFailed,
                "the provider refused \(reauthentications) fresh tokens in one run; check the account and try again later"
            )
        }
        guard let run = input.run ?? input.execution.flatMap(Self.runID) ?? makeRunID() else {
            throw SyncError(
                .invalidInput,
                "the execution's name cannot be made a run id; give the execution another name"
            )
        }
        let stored = try await secrets.current()
        let provider = try providers.named(in: stored.secret)
        let good = request.action == .status ? Good(stored) : try await goodToken(stored, provider, logger)
        return AuthenticateOutput(
            run: run,
            provider: provider.name,
            vaults: good.vaults,
            expiresAt: good.expires?.iso8601,
            secretVersion: good.stored.version,
            request: request,
            cursor: input.cursor,
            reauthentications: reauthentications
        )
    }

    private struct Good {
        var stored: StoredSecret
        var vaults: Int?
        var expires: Timestamp?

        init(_ stored: StoredSecret, vaults: Int? = nil, expires: Timestamp? = nil) {
            self.stored = stored
            self.vaults = vaults
            self.expires = expires
        }
    }

    /// A new token is stored before it is used: a refresh token may die with its first use.
    private func goodToken(
        _ stored: StoredSecret,
        _ provider: any LibraryProvider,
        _ logger: Logger
    ) async throws -> Good {
        if case .valid(let vaults, let expires) = try await provider.check(stored.secret, logger: logger) {
            return Good(stored, vaults: vaults, expires: expires)
        }
        logger.notice("token refused, signing in")
        let renewed = try await provider.renew(stored.secret, logger: logger)
        let winner = try await secrets.replace(renewed, expecting: stored.version)
        metrics.tokenRefreshed()
        guard case .valid(let vaults, let expires) = try await provider.check(winner.secret, logger: logger) else {
            throw SyncError(.authenticationFailed, "the provider refuses the token that it has just given out")
        }
        return Good(winner, vaults: vaults, expires: expires)
    }

    /// A run is named after the execution that starts it, so that a repeated first step does not make a second run.
    ///
    /// A name that cannot be a run's id as it is gets a mark of what it was, so that two names never make one run.
    private static func runID(execution: String) -> RunID? {
        if let plain = RunID(execution) { return plain }
        let letters = execution.unicodeScalars.prefix(50).map { scalar in
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
            return isPlain || scalar == "-" || scalar == "_" ? Character(scalar) : "-"
        }
        // FNV-1a, 64 bits: a mark, not a protection.
        let mark = execution.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return RunID(String(letters) + "-" + String(mark, radix: 16))
    }
}

extension [any LibraryProvider] {
    /// The provider that the secret names.
    ///
    /// - Throws: `InvalidConfiguration` when it names none of them.
    package func named(in secret: Secret) throws -> any LibraryProvider {
        let name = try secret.requiredText("provider")
        guard let provider = first(where: { $0.name == name }) else {
            let known = map(\.name).joined(separator: ", ")
            throw SyncError(.invalidConfiguration, "the secret's field provider has to be one of: \(known)")
        }
        return provider
    }
}
