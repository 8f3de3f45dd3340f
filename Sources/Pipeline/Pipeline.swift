package import Authenticating
package import Checksums
package import Clocks
package import Downloading
package import Listing
package import Logging
package import SyncCore
package import Tracing

/// The three functions over the ports of one deployment: bytes of an event in, bytes of an answer out.
///
/// A Lambda function and the command line differ only in the ports they put in here.
package struct Pipeline: Sendable {
    /// Where the credentials are.
    package var secrets: any SecretStore
    /// The clouds that this build knows.
    package var providers: [any LibraryProvider]
    /// Where the records are.
    package var records: any RecordStore
    /// Where manifests and batches are.
    package var state: any ObjectStore
    /// Where the files of a request go, and the name of that place.
    package var mirror: @Sendable (SyncRequest) throws -> (store: any ObjectStore, name: String)
    /// What a request may name as its bucket.
    package var allowedBuckets: [String] = []
    /// Wall time.
    package var clock: any WallClock
    /// Makes SHA-256 hashers.
    package var makeHasher: MakeContentHasher
    /// Limits of the authenticator.
    package var authenticating = AuthenticateSettings()
    /// Tells a person; nil where nobody wants to be told.
    package var notify: Notifier?
    /// Pages, batches and deletions.
    package var listing = ListSettings()
    /// Sizes and limits.
    package var downloading = DownloadSettings()
    /// What is measured.
    package var metrics = SyncMetrics()
    /// Makes spans of what the provider is asked.
    package var tracer: any Tracer = NoOpTracer()
    /// Waits until bytes that came from the source are within a limit.
    package var pace: @Sendable (Int) async throws -> Void = { _ in }
    /// Is told what happens.
    package var observe: SyncObserver = { _ in }
    /// Six or more random letters and digits for the id of a run without an execution.
    package var randomName: @Sendable () -> String = { Self.makeRandomName() }

    /// Puts the ports together.
    package init(
        secrets: any SecretStore,
        providers: [any LibraryProvider],
        records: any RecordStore,
        state: any ObjectStore,
        mirror: @escaping @Sendable (SyncRequest) throws -> (store: any ObjectStore, name: String),
        clock: any WallClock,
        makeHasher: @escaping MakeContentHasher
    ) {
        self.secrets = secrets
        self.providers = providers
        self.records = records
        self.state = state
        self.mirror = mirror
        self.clock = clock
        self.makeHasher = makeHasher
    }

    private static func makeRandomName() -> String {
        String((0..<12).compactMap { _ in "abcdefghijklmnopqrstuvwxyz0123456789".randomElement() })
    }
}

extension Pipeline {
    /// Runs one function.
    ///
    /// - Parameters:
    ///   - function: which one.
    ///   - event: its event, JSON in UTF-8.
    ///   - deadline: nothing new is begun after it.
    ///   - end: when the process is ended whatever it does; nil where nobody ends it.
    ///   - logger: carries the metadata of the invocation.
    /// - Returns: its answer, JSON in UTF-8.
    /// - Throws: `SyncError`, `CancellationError`.
    package func run(
        _ function: PipelineFunction,
        event: some Collection<UInt8>,
        deadline: Timestamp,
        end: Timestamp? = nil,
        logger: Logger
    ) async throws -> [UInt8] {
        var logger = logger
        for (key, value) in Correlation(event: event).logMetadata { logger[metadataKey: key] = value }
        do {
            return switch function {
            case .authenticator: try await authenticate(event, logger)
            case .lister: try await list(event, deadline, logger)
            case .downloader: try await download(event, deadline, end, logger)
            }
        } catch let error as SyncError {
            switch function {
            case .authenticator: metrics.authenticationFailed(error)
            // The machine calls again, or the lister hands the batch out again.
            case .downloader: metrics.recovering()
            // What it gives up is counted where that happens.
            case .lister: if error.isRetryable || error.name == .tokenExpired { metrics.recovering() }
            }
            let cause = error.underlying.map { "\($0)" } ?? ""
            logger.debug(
                "function failed",
                metadata: [LogKey.errorType: "\(error.name.rawValue)", LogKey.errorCause: "\(cause)"]
            )
            throw error
        }
    }

    /// Notes that a person sits in front of the run: a sign-in that the provider wants to wait is tried once all the same.
    ///
    /// - Throws: `StoreUnavailable`, `Throttled`.
    package func personAsks() async throws {
        try await Authenticate.personAsks(notedIn: records)
    }

    private func authenticate(_ event: some Collection<UInt8>, _ logger: Logger) async throws -> [UInt8] {
        let input = try FunctionJSON.decode(AuthenticateInput.self, from: event)
        // A place that nothing may be written to is refused before anything is listed for it.
        _ = try mirror(input.request)
        let randomName = randomName
        let authenticate = Authenticate(
            AuthenticatePorts(
                secrets: secrets,
                providers: observedProviders,
                records: records,
                clock: clock,
                notify: notify
            ),
            settings: authenticating,
            allowedBuckets: allowedBuckets,
            metrics: metrics,
            makeRunID: { RunID("run-\(randomName())") }
        )
        let output = try await authenticate(input, logger: logger)
        logger.info(
            "authenticated",
            metadata: [LogKey.run: "\(output.run)", LogKey.secretVersion: "\(output.secretVersion)"]
        )
        return try FunctionJSON.encode(output)
    }

    private func list(_ event: some Collection<UInt8>, _ deadline: Timestamp, _ logger: Logger) async throws -> [UInt8]
    {
        let input = try FunctionJSON.decode(ListInput.self, from: event)
        let stored = try await secrets.current()
        let list = ListPage(
            try ports(for: input.request, stored.secret),
            settings: listing,
            metrics: metrics,
            observe: observe
        )
        var output = try await list(input, deadline: deadline, logger: logger)
        output.secretVersion = stored.version
        logger.info(
            "page handed out",
            metadata: [LogKey.next: "\(output.next.rawValue)", LogKey.batches: "\(output.batches.count)"]
        )
        return try FunctionJSON.encode(output)
    }

    private func download(
        _ event: some Collection<UInt8>,
        _ deadline: Timestamp,
        _ end: Timestamp?,
        _ logger: Logger
    ) async throws -> [UInt8] {
        let input = try FunctionJSON.decode(DownloadInput.self, from: event)
        let download = DownloadBatch(
            try ports(for: input.request, try await secrets.current().secret),
            settings: downloading,
            makeHasher: makeHasher,
            observe: { [metrics, observe] event in
                metrics.observe(event)
                observe(event)
            }
        )
        let output = try await download(input, deadline: deadline, end: end, logger: logger)
        logger.info(
            "batch worked off",
            metadata: [
                LogKey.status: "\(output.status.rawValue)", LogKey.files: "\(output.files)",
                LogKey.bytes: "\(output.bytes)",
                LogKey.failed: "\(output.failed)", LogKey.skipped: "\(output.skipped)",
            ]
        )
        return try FunctionJSON.encode(output)
    }

    private func ports(for request: SyncRequest, _ secret: Secret) throws -> SyncPorts {
        let destination = try mirror(request)
        let isOwn = try destination.name == mirror(SyncRequest()).name
        return SyncPorts(
            provider: try observedProviders.named(in: secret),
            secret: secret,
            mirror: destination.store,
            destination: destination.name,
            state: state,
            records: isOwn ? records : DestinationRecords(records, destination: destination.name),
            clock: clock
        )
    }

    private var observedProviders: [any LibraryProvider] {
        providers.map { provider in
            ObservedProvider(
                provider,
                metrics: metrics,
                tracer: tracer,
                received: { [observe] bytes in observe(.received(bytes: Int64(bytes))) },
                pace: pace
            )
        }
    }
}
