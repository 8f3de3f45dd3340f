import Clocks
package import Logging
package import SyncCore

/// The authenticator: makes sure that the token works, and gives the run its id and its normalised request.
///
/// With a token that works and lasts, it reads the secret once and asks the provider once.
package struct Authenticate: Sendable {
    /// How often one run may come back because its token was refused on the way.
    private static let mostReauthentications = 3

    private let ports: AuthenticatePorts
    private let settings: AuthenticateSettings
    private let allowedBuckets: [String]
    private let metrics: SyncMetrics
    private let makeRunID: @Sendable () -> RunID?

    /// Makes the use case.
    ///
    /// - Parameters:
    ///   - ports: what it works with.
    ///   - settings: its limits.
    ///   - allowedBuckets: what a request may name in `dest_bucket`.
    ///   - metrics: what is measured.
    ///   - makeRunID: names a run that has no execution to take its name from.
    package init(
        _ ports: AuthenticatePorts,
        settings: AuthenticateSettings,
        allowedBuckets: [String],
        metrics: SyncMetrics = SyncMetrics(),
        makeRunID: @escaping @Sendable () -> RunID?
    ) {
        self.ports = ports
        self.settings = settings
        self.allowedBuckets = allowedBuckets
        self.metrics = metrics
        self.makeRunID = makeRunID
    }

    /// Authenticates once. People are told of a failure that only they can mend.
    ///
    /// - Throws: `InvalidInput`, `InvalidConfiguration`, `AuthenticationFailed`, `SubscriptionExpired`; transient errors.
    package func callAsFunction(_ input: AuthenticateInput, logger: Logger) async throws -> AuthenticateOutput {
        if let bucket = input.request.destinationBucket, !allowedBuckets.contains(bucket) {
            throw SyncError(.invalidInput, "the field dest_bucket names a bucket that this deployment may not write to")
        }
        guard let run = input.run ?? input.execution.flatMap(Self.runID) ?? makeRunID() else {
            throw SyncError(
                .invalidInput,
                "the execution's name cannot be made a run id; give the execution another name"
            )
        }
        var logger = logger
        logger[metadataKey: LogKey.run] = "\(run)"
        let alerts = Alerts(ports: ports, deployment: settings.deployment, metrics: metrics, logger: logger)
        do {
            return try await authenticate(input, run, alerts, logger)
        } catch let error as SyncError {
            if let cause = AlertCause(error) { await alerts.raise(cause, error.message) }
            throw error
        }
    }

    private func refusal(_ times: Int, _ token: TokenFacts) -> SyncError {
        SyncError(
            .authenticationFailed,
            token.isRenewable
                ? "the provider refused \(times) fresh tokens in one run; check the account and try again later"
                : "the provider refuses work with the captured token, which may have run out; put a new one into the secret (the "
                    + "README says how), or check the account"
        )
    }

    private func authenticate(
        _ input: AuthenticateInput,
        _ run: RunID,
        _ alerts: Alerts,
        _ logger: Logger
    ) async throws -> AuthenticateOutput {
        let reauthentications = input.reauthentications + (input.refusal == nil ? 0 : 1)
        // Whoever redrives has mended something: the run gets as many again.
        let isRefused = reauthentications > Self.mostReauthentications * (1 + input.redrives)
        let stored = try await ports.secrets.current()
        let provider = try ports.providers.named(in: stored.secret)
        if isRefused { throw try refusal(reauthentications, provider.token(in: stored.secret)) }
        var output = AuthenticateOutput(
            run: run,
            provider: provider.name,
            secretVersion: stored.version,
            request: input.request,
            cursor: input.cursor,
            reauthentications: reauthentications
        )
        guard input.request.action != .status else { return output }
        // Whoever redrives has looked, and asks once more.
        if input.redrives > 0, try await isFirst("redrive#\(run)#\(input.redrives)") {
            try await TokenRenewal.forgetQuiet(in: ports.records)
        }
        let renewal = TokenRenewal(ports: ports, provider: provider, run: run, metrics: metrics, logger: logger)
        let search = TokenSearch(renewal: renewal, settings: settings)
        let found = try await search.token(stored, refusal: input.refusal)
        if let warning = found.warning { await alerts.raise(.tokenEnds, warning) }
        if found.isLeftToPeople, let end = found.token.expires { metrics.tokenLeft(ports.clock.now.duration(to: end)) }
        output.vaults = found.token.vaults
        output.expiresAt = found.token.expires?.iso8601
        output.secretVersion = found.token.stored.version
        return output
    }

    private func isFirst(_ note: String) async throws -> Bool {
        let now = ports.clock.now
        return try await ports.records.noteOnce(note, until: now.advanced(by: .seconds(12 * 3600)), now: now)
    }

    /// A run is named after the execution that starts it, so that a repeated first step does not make a second run.
    ///
    /// Notes that a person sits in front of the run: a sign-in that the provider wants to wait is tried once all the same.
    ///
    /// - Throws: `StoreUnavailable`, `Throttled`.
    package static func personAsks(notedIn records: any RecordStore) async throws {
        try await TokenRenewal.forgetQuiet(in: records)
    }

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
