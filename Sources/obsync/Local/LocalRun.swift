import Backup
import Clocks
import CredentialFiles
import Downloading
import Foundation
import HTTPTransport
import Listing
import LocalAdapters
import Logging
import ObsidianSync
import Pipeline
import Providers
import StateMachine
import SyncCore

/// One `obsync sync` or `obsync redrive`: the whole pipeline in this process, over a folder or a bucket.
struct LocalRun {
    var place: any MirrorPlace
    var credentials: String
    var environment: [String: String]
    var isQuiet: Bool
    var logger: Logger
    /// Who is told that runs go on; nobody where it is nil.
    var ping: String?
    /// Ends the run early when it is asked to.
    var interruption = Interruption()
    /// Whether files that are in the place already are no reason to stop.
    var adopts = false
    /// Whether a bucket goes over from the machine or the state that had it.
    var takesOver = false
    /// How fast bodies may come; nil for as fast as they do.
    var bytesPerSecond: Int64?
    /// How long what was set aside is kept.
    var history = HistoryLimits.standard

    /// Mirrors the vaults.
    ///
    /// - Parameters:
    ///   - vault: the id or the exact name of one vault; nil for all.
    ///   - settings: how much is listed, and what deletions are allowed.
    /// - Returns: what came of it.
    /// - Throws: `SyncError` under the name that the execution failed with.
    func run(vault: String?, _ settings: RunOptions) async throws -> Summary {
        let terms = ClaimTerms(vault: vault, adopts: adopts, takesOver: takesOver)
        try await withTransport(environment) { transport in
            let trouble = DestinationTrouble(path: place.disk)
            try await place.check(terms, connection(transport, trouble), credentials: credentials)
        }
        return try await withEngine(terms, isAcknowledged: settings.allowDeletions != nil) { engine, pipeline in
            var request = SyncRequest(settings)
            if StandardStreams.isErrorATerminal { try await pipeline.personAsks() }
            if let vault { request.vaultIDs = [try await VaultChoice(pipeline, logger).id(of: vault)] }
            return try await engine.run(request, name: "local-\(pipeline.randomName())")
        }
    }

    /// Redrives an execution: what succeeded is kept, what failed or was stopped runs again.
    ///
    /// - Parameter name: the execution; nil for the newest that can be redriven.
    /// - Returns: what came of it.
    /// - Throws: `StateMachineError` when it cannot be redriven, `SyncError` under the name that it failed with.
    func redrive(_ name: String?) async throws -> Summary {
        try await withEngine(ClaimTerms(takesOver: takesOver)) { engine, _ in
            let newest = try await KeptExecutions(engine.executions).redrivable().first?.name
            guard let name = name ?? newest else {
                throw SyncError(
                    .invalidInput,
                    "no execution can be redriven; obsync executions list --dest \(place.name.shellQuoted) shows all"
                )
            }
            return try await engine.redrive(name)
        }
    }

    private func connection(_ transport: any HTTPExecutor, _ trouble: DestinationTrouble) -> PlaceConnection {
        PlaceConnection(environment: environment, executor: transport, trouble: trouble, logger: logger)
    }

    /// Runs `body`; where the destination is full, read-only or gone, that is the error, whatever it looked like further up.
    private func withEngine(
        _ terms: ClaimTerms,
        isAcknowledged: Bool = false,
        _ body: (LocalEngine, Pipeline) async throws -> Summary
    ) async throws -> Summary {
        let trouble = DestinationTrouble(path: place.disk)
        let begun = SystemClock().now
        do {
            let summary = try await withEngine(terms, trouble, body)
            if summary.isAlreadyRunning { return summary }
            let now = SystemClock().now
            let care = HistoryTerms(limits: history, begun: begun, now: now, isAcknowledged: isAcknowledged)
            tell(try await place.expire(after: summary, care))
            return summary
        } catch {
            trouble.noteFullDisk()
            throw trouble.error ?? error
        }
    }

    private func withEngine(
        _ terms: ClaimTerms,
        _ trouble: DestinationTrouble,
        _ body: (LocalEngine, Pipeline) async throws -> Summary
    ) async throws -> Summary {
        if place.isGone { throw trouble.noteGone() }
        tell(try place.prepare(environment: environment))
        let lock: FolderLock
        switch try FolderLock.take(path: place.lock, now: SystemClock().now) {
        case .held(let holder): return Summary(alreadyRunning: holder, in: place.name)
        case .taken(let taken): lock = taken
        }
        defer { withExtendedLifetime(lock) {} }
        tell(try place.repairDatabases())
        let kept = KeptExecutions(try SQLiteExecutionStore(path: place.executions))
        try await kept.tidyUp()
        let display = ProgressDisplay(isQuiet: isQuiet)
        async let _ = display.keepDrawing()
        let picture = RunPicture()
        defer { display.finish() }
        interruption.accounting {
            display.finish()
            return display.account
        }
        return try await withTransport(environment) { transport in
            let connection = connection(transport, trouble)
            let pipeline = try await makePipeline(connection, display)
            tell(try await place.markWiped(try SQLiteRecordStore(path: place.records), connection))
            tell(try await place.claim(pipeline, terms, connection))
            let engine = try await makeEngine(invoke(pipeline, trouble), display, picture, kept)
            try await place.removeWorkingData(of: kept)
            let before = try await newest(engine)
            var summary = try await pinging(transport) {
                do {
                    return try await body(engine, pipeline)
                } catch let error as SyncError {
                    throw await failure(error, engine, pipeline, after: before)
                }
            }
            let run = summary.metadata["run"].flatMap { RunID($0) }
            await summary.addNames(await report(on: run, pipeline), records: pipeline.records)
            place.keepCopyOfRecords(logger)
            try await place.removeWorkingData(of: kept)
            display.finish()
            if !isQuiet { for line in picture.lines(on: .standardError()) { StandardStreams.error(line) } }
            return summary
        }
    }

    private func makePipeline(_ connection: PlaceConnection, _ display: ProgressDisplay) async throws -> Pipeline {
        var pipeline = try await place.pipeline(
            credentials: credentials,
            connection,
            providerClock: AnnouncingClock(base: SystemClock(), threshold: .seconds(5), announce: display.showWait),
            observe: observer(display)
        )
        if let bytesPerSecond {
            let limit = BandwidthLimit(bytesPerSecond: bytesPerSecond, clock: SystemClock())
            pipeline.pace = { try await limit.pass($0) }
        }
        pipeline.downloading.isStopping = { [interruption] in interruption.isRequested }
        return pipeline
    }

    private func makeEngine(
        _ invoke: @escaping LocalEngine.Invoke,
        _ display: ProgressDisplay,
        _ picture: RunPicture,
        _ kept: KeptExecutions
    ) async throws -> LocalEngine {
        let engine = LocalEngine(
            definition: try LocalEngine.pipelineDefinition(),
            invoke: invoke,
            observe: { event in
                picture.observe(event)
                if event.type == .taskFailed, let error = event.details.error {
                    display.showPassingFailure(.init(rawValue: error))
                }
            },
            executions: kept.store
        )
        // Nobody else is at work here: what runs still was left by a process that was killed.
        let orphans = try await engine.interpreter.abortOrphans()
        if !orphans.isEmpty, !isQuiet {
            StandardStreams.error("The last run did not come to its end; this one goes on where it stopped.")
        }
        return engine
    }

    private func tell(_ notes: [String]) {
        for note in notes { StandardStreams.error("  note: \(note)") }
    }

    private func pinging(_ executor: any HTTPExecutor, _ body: () async throws -> Summary) async throws -> Summary {
        guard let ping else { return try await body() }
        return try await DeadMansSwitch(address: ping, executor: executor, logger: logger).around(body)
    }

    /// Shows events, and says at the beginning of a long first run what the service's pace costs.
    private func observer(_ display: ProgressDisplay) -> SyncObserver {
        let provider = ProviderDescription.named(try? FileSecretStore.read(credentials).text("provider"))
        let pace = provider.flatMap { ServicePace($0, environment) }
        let disk = place is LocalFolder ? place.disk : nil
        let watch = SpaceWatch(space: { disk.flatMap { FreeSpace(of: $0) } }, tell: { display.say("note: \($0)") })
        return { event in
            display.observe(event)
            watch.observe(event)
            guard let pace, case .listed(_, _, let files, _) = event else { return }
            if let sentence = pace.sentence(media: files) { display.say(sentence) }
        }
    }

    /// What became of the run that failed; nothing where it failed before there was one.
    private func failure(
        _ error: SyncError,
        _ engine: LocalEngine,
        _ pipeline: Pipeline,
        after before: ExecutionRecord?
    ) async -> FailedRun {
        var summary = Summary(failure: error)
        let newest = try? await newest(engine)
        if let newest, newest.name != before?.name || newest.redriveCount != before?.redriveCount {
            let run = RunID(newest.input["run"]?.string ?? newest.name)
            let report = await report(on: run, pipeline)
            if let report { summary = report.summary(ofFailure: error) }
            summary.metadata["run"] = run?.rawValue
            summary.metadata["execution"] = newest.name
            await summary.addNames(report, records: pipeline.records)
        }
        return FailedRun(error: error, summary: summary, credentials: credentials)
    }

    private func newest(_ engine: LocalEngine) async throws -> ExecutionRecord? {
        try await engine.executions.executions(status: nil, limit: 1).first
    }

    private func report(on run: RunID?, _ pipeline: Pipeline) async -> RunReport? {
        guard let run else { return nil }
        return try? await RunReport.load(run, from: pipeline.state, now: pipeline.clock.now)
    }

    private func invoke(_ pipeline: Pipeline, _ trouble: DestinationTrouble) -> LocalEngine.Invoke {
        let (logger, interruption) = (logger, interruption)
        return { function, event in
            // Trying again later does not help, so no retry of the machine goes by this name.
            func stopIfHopeless() throws {
                guard let error = trouble.error else { return }
                throw SyncError(.init(rawValue: "DestinationUnavailable"), error.message, reason: error.reason)
            }
            try stopIfHopeless()
            do {
                // The same half minute before the end as a function keeps; the authenticator has no use for a deadline.
                let deadline = pipeline.clock.now.advanced(by: function.timeout - .seconds(30))
                return try await interruption.step {
                    try await pipeline.run(function, event: event, deadline: deadline, logger: logger)
                }
            } catch let error as SyncError where error.name == .storeUnavailable {
                trouble.noteFullDisk()
                try stopIfHopeless()
                throw error
            }
        }
    }
}
