package import Clocks
package import Logging
package import SyncCore

/// The lister: one call hands out one page of work.
///
/// For each vault: take the lease, spool the listing, hand out batches until the manifest is used up, delete what is
/// gone, read the receipts, hand out once more what failed, commit the cursor. A vault that cannot be listed is
/// passed over and reported at the very end, so that it costs the others nothing.
package struct ListPage: Sendable {
    private let ports: SyncPorts
    private let settings: ListSettings
    private let metrics: SyncMetrics
    private let observe: SyncObserver

    /// Makes the use case.
    package init(
        _ ports: SyncPorts,
        settings: ListSettings,
        metrics: SyncMetrics = SyncMetrics(),
        observe: @escaping SyncObserver = { _ in }
    ) {
        self.ports = ports
        self.settings = settings
        self.metrics = metrics
        self.observe = observe
    }

    /// Hands out the next page.
    ///
    /// - Parameters:
    ///   - input: the run and where it stands.
    ///   - deadline: nothing new is begun after it.
    ///   - logger: carries the metadata of the run.
    /// - Returns: the batches of the page and where the run goes from here.
    /// - Throws: `PartialFailure` when files failed in spite of all rounds, or the error of a vault that was passed
    ///   over, both only at the very end; `TokenExpired`; transient errors.
    package func callAsFunction(_ input: ListInput, deadline: Timestamp, logger: Logger) async throws -> ListOutput {
        let call = PageCall(
            input: input,
            ports: patientPorts(until: deadline),
            settings: settings,
            metrics: metrics,
            observe: observe,
            deadline: deadline,
            logger: logger
        )
        if input.request.action == .status {
            let vaults = input.request.vaultIDs
            let status = try await Self.status(of: vaults, records: call.ports.records, clock: ports.clock)
            return try call.output(PassCursor(), .done, summary: status)
        }
        guard let encoded = input.cursor else { return try await call.answer(from: PassCursor()) }
        return try await call.answer(from: try PassCursor(encoded: encoded))
    }

    /// The ports for a call that has to be done by `deadline`: where somebody asks for quiet, they wait for as long as that
    /// allows.
    private func patientPorts(until deadline: Timestamp) -> SyncPorts {
        var ports = ports
        ports.provider = ports.provider.working(until: deadline)
        ports.records = PatientRecordStore(
            base: ports.records,
            clock: ports.clock,
            deadline: deadline,
            random: settings.random
        )
        return ports
    }
}
