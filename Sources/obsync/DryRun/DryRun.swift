import Authenticating
import Clocks
import Foundation
import HTTPTransport
import Listing
import LocalAdapters
import Logging
import Pipeline
import StateMachine
import SyncCore

/// `obsync sync --dry-run`: the state machine and the lister as they are, over a copy of the records and a mirror that is only
/// read, with a downloader that fetches nothing.
///
/// Nothing is written but a token where signing in cannot be avoided.
struct DryRun {
    let place: any MirrorPlace
    let credentials: String
    let environment: [String: String]
    let logger: Logger
    let terms: ClaimTerms
    /// Is given a line for each file.
    let tell: @Sendable (String) -> Void

    /// What a run would do, and what keeps it from doing everything.
    struct Outcome: Sendable {
        var totals: DryAccount.Totals
        var notes: [String]
        /// How much room there is; nil for a bucket.
        var space: FreeSpace?
        var failure: SyncError?
    }

    /// Finds out what a run would do.
    ///
    /// - Parameter options: what the run would be told.
    /// - Returns: what it would do.
    /// - Throws: `InvalidInput` for a place that it would refuse, and what keeps everything from being listed.
    func run(_ options: RunOptions) async throws -> Outcome {
        let account = DryAccount(tell: tell)
        let folder = FileManager.default.temporaryDirectory.appending(path: "obsync-dry-\(UUID())").path
        let dry = DryPlace(base: place, data: folder, account: account)
        let trouble = DestinationTrouble(path: place.disk)
        if place.isGone { throw trouble.noteGone() }
        try FileManager.default.createDirectory(
            atPath: folder + "/state/tmp",
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try await withTransport(environment) { transport in
            let connection = PlaceConnection(
                environment: environment,
                executor: transport,
                trouble: trouble,
                logger: logger
            )
            try await dry.check(terms, connection, credentials: credentials)
            try dry.prepare(environment: environment)
            var outcome = Outcome(totals: account.totals, notes: [], space: space)
            if let holder = FolderLock.holder(path: place.lock) {
                outcome.notes.append(
                    "a run is at work since \(holder.since.iso8601); what it has still to do is counted"
                )
            }
            let records = try SQLiteRecordStore(path: dry.records)
            outcome.notes += try await dry.markWiped(records, connection)
            var pipeline = try await dry.pipeline(credentials: credentials, connection)
            // A token is renewed only when it is refused.
            pipeline.authenticating.refreshBefore = .zero
            pipeline.notify = nil
            try await list(pipeline, records, account, options, &outcome)
            outcome.totals = account.totals
            return outcome
        }
    }

    private func list(
        _ pipeline: Pipeline,
        _ records: SQLiteRecordStore,
        _ account: DryAccount,
        _ options: RunOptions,
        _ outcome: inout Outcome
    ) async throws {
        let download = DryDownload(
            records: records,
            state: pipeline.state,
            mirror: try pipeline.mirror(SyncRequest()).store,
            account: account
        )
        let logger = logger
        let engine = LocalEngine(
            definition: try LocalEngine.pipelineDefinition(),
            invoke: { function, event in
                if function == .downloader { return try await download(event) }
                let deadline = pipeline.clock.now.advanced(by: function.timeout - .seconds(30))
                return try await pipeline.run(function, event: event, deadline: deadline, logger: logger)
            },
            observe: { _ in }
        )
        var request = SyncRequest(options)
        if let vault = terms.vault { request.vaultIDs = [try await VaultChoice(pipeline, logger).id(of: vault)] }
        let name = "dry-\(pipeline.randomName())"
        do {
            outcome.notes += try await engine.run(request, name: name).notes
        } catch let error as SyncError {
            outcome.failure = error
        }
        guard let run = RunID(name) else { return }
        let report = try? await RunReport.load(run, from: pipeline.state, now: pipeline.clock.now)
        for vault in report?.outcomes ?? [] { account.withheld(vault.withheld) }
        try await countDeletions(by: run, records, account)
    }

    private func countDeletions(by run: RunID, _ records: SQLiteRecordStore, _ account: DryAccount) async throws {
        for vault in try await records.vaults() {
            let folder = try await records.state(of: vault)?.folder ?? ""
            for try await page in records.allRecords(in: vault, after: nil) {
                for record in page where record.status == .deleted && record.run == run {
                    account.deleted((folder.isEmpty ? "" : folder + "/") + record.path.rawValue, size: record.size)
                }
            }
        }
    }

    /// The room on the disk of a folder, which may not be there yet.
    private var space: FreeSpace? {
        guard place is LocalFolder else { return nil }
        var folder = place.disk
        while !FileManager.default.fileExists(atPath: folder), folder.count > 1 {
            folder = URL(filePath: folder).deletingLastPathComponent().path(percentEncoded: false)
        }
        return FreeSpace(of: folder)
    }
}
