package import Clocks
package import Logging
package import SyncCore
package import Tracing

/// A provider whose calls are traced and whose transfers are measured; otherwise the same.
///
/// Spans bear the provider's name and that of the operation: no vault, file or address.
package struct ObservedProvider: LibraryProvider {
    private var base: any LibraryProvider
    private let observer: ProviderObserver

    package var name: String { base.name }
    package var defaultConcurrency: Int { base.defaultConcurrency }
    package var hasVaultFolders: Bool { base.hasVaultFolders }
    package var defaultDeletions: DeletionPolicy { base.defaultDeletions }

    /// Wraps a provider.
    ///
    /// - Parameters:
    ///   - base: the provider.
    ///   - metrics: where transfers go.
    ///   - tracer: makes the spans.
    ///   - uptime: the time since any fixed moment; it never goes backwards.
    ///   - received: is told of the bytes of bodies as they come.
    ///   - pace: waits until bytes that came are within a limit.
    package init(
        _ base: any LibraryProvider,
        metrics: SyncMetrics,
        tracer: any Tracer,
        uptime: @escaping @Sendable () -> Duration = Self.makeUptime(),
        received: @escaping @Sendable (Int) -> Void = { _ in },
        pace: @escaping @Sendable (Int) async throws -> Void = { _ in }
    ) {
        self.base = base
        observer = ProviderObserver(
            provider: base.name,
            metrics: metrics,
            tracer: tracer,
            uptime: uptime,
            received: received,
            pace: pace
        )
    }

    /// The time since now, on a clock that never goes backwards.
    package static func makeUptime() -> @Sendable () -> Duration {
        let start = ContinuousClock.now
        return { start.duration(to: .now) }
    }

    package func working(until deadline: Timestamp) -> any LibraryProvider {
        var observed = self
        observed.base = base.working(until: deadline)
        return observed
    }

    package func token(in secret: Secret) throws -> TokenFacts {
        try base.token(in: secret)
    }

    package func check(_ secret: Secret, logger: Logger) async throws -> CredentialCheck {
        try await observer.traced("check") { try await base.check(secret, logger: logger) }
    }

    package func renew(_ secret: Secret, logger: Logger) async throws -> Secret {
        try await observer.traced("renew") { try await base.renew(secret, logger: logger) }
    }

    package func describeVaults(_ secret: Secret, logger: Logger) async throws -> [VaultDescription] {
        try await observer.traced("vaults") { try await base.describeVaults(secret, logger: logger) }
    }

    package func withLibrary<Result: Sendable>(
        _ secret: Secret,
        logger: Logger,
        _ body: (any LibrarySource) async throws -> Result
    ) async throws -> Result {
        try await base.withLibrary(secret, logger: logger) { source in
            try await body(ObservedSource(base: source, observer: observer))
        }
    }
}

/// What the wrappers of one provider share.
struct ProviderObserver: Sendable {
    /// The name of an operation in a span.
    static let operationKey = "rpc.method"

    let provider: String
    let metrics: SyncMetrics
    let tracer: any Tracer
    let uptime: @Sendable () -> Duration
    let received: @Sendable (Int) -> Void
    let pace: @Sendable (Int) async throws -> Void

    /// Makes a span of an operation. One that is a call of the provider has the kind `client`; one in which calls and our
    /// own work alternate has the kind `internal`, so that it does not pass for the provider's slowness.
    func traced<Result: Sendable>(
        _ operation: String,
        ofKind kind: SpanKind = .client,
        _ body: () async throws -> Result
    ) async throws -> Result {
        try await traced(operation, kind, by: tracer, body)
    }

    private func traced<Result: Sendable>(
        _ operation: String,
        _ kind: SpanKind,
        by tracer: some Tracer,
        _ body: () async throws -> Result
    ) async throws -> Result {
        try await tracer.withSpan(provider, ofKind: kind) { span in
            if span.isRecording {
                span.updateAttributes { $0.set(Self.operationKey, value: .string(operation)) }
            }
            return try await body()
        }
    }
}

private struct ObservedSource: LibrarySource {
    let base: any LibrarySource
    let observer: ProviderObserver

    func waitForChange(in id: VaultID, since cursor: SourceCursor) async throws -> Bool {
        try await base.waitForChange(in: id, since: cursor)
    }

    func vaults() async throws -> [Vault] {
        try await observer.traced("vaults") { try await base.vaults() }
    }

    func withVault<Result: Sendable>(
        _ id: VaultID,
        since cursor: SourceCursor?,
        _ body: (any VaultSession) async throws -> Result
    ) async throws -> Result {
        try await observer.traced("session", ofKind: .internal) {
            try await base.withVault(id, since: cursor) { session in
                try await body(ObservedSession(base: session, observer: observer))
            }
        }
    }
}

private struct ObservedSession: VaultSession {
    let base: any VaultSession
    let observer: ProviderObserver

    var concurrentFetches: Int { base.concurrentFetches }

    func list(
        from place: ListingPlace?,
        while goesOn: () -> Bool,
        _ receive: (Entry) async throws -> Void
    ) async throws -> ListingStretch {
        try await observer.traced("list") { try await base.list(from: place, while: goesOn, receive) }
    }

    func files(of group: Entry) async throws -> GroupFiles {
        try await observer.traced("files") { try await base.files(of: group) }
    }

    func cursor(_ cursor: SourceCursor, revisiting group: Entry) throws -> SourceCursor {
        try base.cursor(cursor, revisiting: group)
    }

    func withContent<Result: Sendable>(
        of entry: Entry,
        _ body: (FileContent) async throws -> Result
    ) async throws -> Result {
        try await observer.traced("content") {
            let meter = TransferMeter(uptime: observer.uptime, received: observer.received, pace: observer.pace)
            do {
                let result = try await base.withContent(of: entry) { content in
                    meter.expect(content.size)
                    return try await body(meter.metering(content))
                }
                meter.report(to: observer.metrics, isOver: true)
                return result
            } catch {
                meter.report(to: observer.metrics, isOver: false)
                throw error
            }
        }
    }
}
