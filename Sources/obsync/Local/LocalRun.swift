import Foundation
import HTTPTransport
import LocalAdapters
import Logging
import ObsidianSync
import StateMachine
import SyncCore

/// One `obsync sync` or `obsync redrive`: the whole pipeline in this process, over a folder.
struct LocalRun {
    var folder: LocalFolder
    var credentials: String
    var environment: [String: String]
    var isQuiet: Bool
    var logger: Logger
    /// Whether files that are in the folder already are no reason to stop.
    var adopts = false
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
        try await checkDestination(vault)
        return try await withEngine(isAcknowledged: settings.allowDeletions) { engine, pipeline in
            var request = SyncRequest()
            request.syncType = settings.complete ? .complete : .incremental
            request.options.allowDeletions = settings.allowDeletions
            request.options.deleteExcluded = settings.deleteExcluded
            request.options.acceptManaged = settings.acceptManaged
            request.options.filter = PathFilter(exclude: settings.exclude, include: settings.include)
            if StandardStreams.isErrorATerminal { try await pipeline.personAsks() }
            if let vault { request.vaultIDs = [try await VaultChoice(pipeline, logger).id(of: vault)] }
            let name = "local-\(pipeline.randomName())"
            return try await suggestingRedrive(of: name, engine) { try await engine.run(request, name: name) }
        }
    }

    /// Redrives an execution: what succeeded is kept, what failed or was stopped runs again.
    ///
    /// - Parameter name: the execution; nil for the newest that can be redriven.
    /// - Returns: what came of it.
    /// - Throws: `StateMachineError` when it cannot be redriven, `SyncError` under the name that it failed with.
    func redrive(_ name: String?) async throws -> Summary {
        try await withEngine { engine, _ in
            let newest = try await KeptExecutions(engine.executions).redrivable().first?.name
            guard let name = name ?? newest else {
                throw SyncError(.invalidInput, "no execution can be redriven; obsync executions list shows all")
            }
            return try await suggestingRedrive(of: name, engine) { try await engine.redrive(name) }
        }
    }

    /// Runs `body`; where the destination is full, read-only or gone, that is the error, whatever it looked like further up.
    private func withEngine(
        isAcknowledged: Bool = false,
        _ body: (LocalEngine, Pipeline) async throws -> Summary
    ) async throws -> Summary {
        let trouble = DestinationTrouble(path: folder.path)
        let begun = SystemClock().now
        do {
            let summary = try await withEngine(trouble, body)
            let now = SystemClock().now
            let care = HistoryCare(folder: folder, limits: history, begun: begun, now: now)
            tell(try await care(summary, isAcknowledged: isAcknowledged))
            return summary
        } catch {
            trouble.noteFullDisk()
            throw trouble.error ?? error
        }
    }

    private func withEngine(
        _ trouble: DestinationTrouble,
        _ body: (LocalEngine, Pipeline) async throws -> Summary
    ) async throws -> Summary {
        if folder.isGone { throw trouble.noteGone() }
        tell(try folder.prepare(environment: environment))
        let lock = try FolderLock(path: folder.data + "/lock")
        defer { withExtendedLifetime(lock) {} }
        tell(try folder.repairDatabases())
        let kept = KeptExecutions(try SQLiteExecutionStore(path: folder.executions))
        try await kept.removeOld()
        let display = ProgressDisplay(isQuiet: isQuiet)
        let picture = RunPicture()
        defer { display.finish() }
        return try await withTransport(environment) { transport in
            let pipeline = try await folder.pipeline(
                credentials: credentials,
                environment: environment,
                executor: transport,
                trouble: trouble,
                observe: display.observe
            )
            let provider = try pipeline.providers.named(in: try await pipeline.secrets.current().secret)
            let records = try SQLiteRecordStore(path: folder.records)
            let vaults = try await records.vaults()
            try claim(nil).make(.init(provider: provider.name, vaults: vaults))
            let wiped = WipedFolders(folder: folder, records: records, now: pipeline.clock.now)
            tell(try await wiped.markFiles(of: vaults))
            let engine = LocalEngine(
                definition: try LocalEngine.pipelineDefinition(),
                invoke: invoke(pipeline, trouble),
                observe: { event in
                    picture.observe(event)
                    if event.type == .taskFailed { display.showFailure(event.details.error, event.details.cause) }
                },
                executions: kept.store
            )
            // Nobody else is at work here: what runs still was left by a process that was killed.
            for name in try await engine.interpreter.abortOrphans() {
                suggestRedrive(of: name, "was stopped on its way")
            }
            folder.removeWorkingData(keeping: try await kept.redrivableRuns())
            let summary = try await body(engine, pipeline)
            folder.keepCopyOfRecords(logger)
            folder.removeWorkingData(keeping: try await kept.redrivableRuns())
            display.finish()
            if !isQuiet { for line in picture.lines { StandardStreams.error(line) } }
            return summary
        }
    }

    private func tell(_ notes: [String]) {
        for note in notes { StandardStreams.error("  note: \(note)") }
    }

    private func claim(_ vault: String?) -> FolderClaim {
        var words = ["obsync", "sync"] + (vault.map { [$0] } ?? [])
        words += ["--dest", folder.path, "--credentials", credentials]
        return FolderClaim(folder: folder, command: words.map(\.shellWord).joined(separator: " "))
    }

    /// Refuses a folder that holds what is somebody else's, before anything is written into it.
    private func checkDestination(_ vault: String?) async throws {
        let claim = claim(vault)
        guard !adopts, !claim.isClaimed else { return }
        try claim.checkForLiveVaults()
        if claim.isEmpty { return }
        // The records of a first look are not those of the mirror.
        let elsewhere = LocalFolder(FileManager.default.temporaryDirectory.appending(path: "obsync-\(UUID())").path)
        defer { try? FileManager.default.removeItem(atPath: elsewhere.path) }
        try elsewhere.prepare(environment: environment)
        try await withTransport(environment) { transport in
            let pipeline = try await elsewhere.pipeline(
                credentials: credentials,
                environment: environment,
                executor: transport,
                trouble: DestinationTrouble(path: elsewhere.path),
                observe: { _ in }
            )
            let choice = VaultChoice(pipeline, logger)
            let all = try await choice.vaults()
            let wanted = try vault.map { [try choice.vault(named: $0, of: all)] } ?? all
            let provider = try pipeline.providers.named(in: try await pipeline.secrets.current().secret)
            try claim.checkForForeignFiles(wanted, hasVaultFolders: provider.hasVaultFolders)
        }
    }

    private func suggestingRedrive(
        of name: String,
        _ engine: LocalEngine,
        _ body: () async throws -> Summary
    ) async throws -> Summary {
        do {
            return try await body()
        } catch {
            let failed = try await engine.executions.execution(named: name)
            if failed?.obstacleToRedrive(now: engine.interpreter.now) == nil { suggestRedrive(of: name, "failed") }
            throw error
        }
    }

    private func suggestRedrive(of name: String, _ what: String) {
        guard !isQuiet else { return }
        StandardStreams.error(
            "  execution \(name) \(what); to go on there: obsync redrive \(name) --dest \(folder.path)"
        )
    }

    private func invoke(_ pipeline: Pipeline, _ trouble: DestinationTrouble) -> LocalEngine.Invoke {
        let logger = logger
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
                return try await pipeline.run(function, event: event, deadline: deadline, logger: logger)
            } catch let error as SyncError where error.name == .storeUnavailable {
                trouble.noteFullDisk()
                try stopIfHopeless()
                throw error
            }
        }
    }
}
