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

    /// Mirrors the vaults.
    ///
    /// - Parameters:
    ///   - vault: the id or the exact name of one vault; nil for all.
    ///   - settings: how much is listed, and what deletions are allowed.
    /// - Returns: what came of it.
    /// - Throws: `SyncError` under the name that the execution failed with.
    func run(vault: String?, _ settings: RunOptions) async throws -> Summary {
        try await withEngine { engine, pipeline in
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

    private func withEngine(_ body: (LocalEngine, Pipeline) async throws -> Summary) async throws -> Summary {
        try folder.prepare()
        let lock = try FolderLock(path: folder.data + "/lock")
        defer { withExtendedLifetime(lock) {} }
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
                observe: display.observe
            )
            let engine = LocalEngine(
                definition: try LocalEngine.pipelineDefinition(),
                invoke: invoke(pipeline),
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
            folder.removeWorkingData(keeping: try await kept.redrivableRuns())
            display.finish()
            if !isQuiet { for line in picture.lines { StandardStreams.error(line) } }
            return summary
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

    private func invoke(_ pipeline: Pipeline) -> LocalEngine.Invoke {
        let logger = logger
        return { function, event in
            // The same half minute before the end as a function keeps; the authenticator has no use for a deadline.
            let deadline = pipeline.clock.now.advanced(by: function.timeout - .seconds(30))
            return try await pipeline.run(function, event: event, deadline: deadline, logger: logger)
        }
    }
}

/// Finds the vault that somebody means.
struct VaultChoice {
    private let pipeline: Pipeline
    private let logger: Logger

    init(_ pipeline: Pipeline, _ logger: Logger) {
        self.pipeline = pipeline
        self.logger = logger
    }

    /// The id of the vault with this id or exactly this name.
    ///
    /// - Throws: `InvalidInput` with the candidates when there is none, or more than one.
    func id(of text: String) async throws -> VaultID {
        let vaults = try await Patience(clock: pipeline.clock, logger: logger)(vaults)
        if let exact = vaults.first(where: { $0.id.rawValue == text }) { return exact.id }
        let named = vaults.filter { $0.name.utf8.elementsEqual(text.utf8) }
        if named.count == 1, let only = named.first { return only.id }
        let candidates = (named.isEmpty ? vaults : named).map { "\($0.name.printable) (\($0.id))" }
        throw SyncError(
            .invalidInput,
            (named.isEmpty ? "there is no vault with this id or name; there are: " : "several vaults have this name: ")
                + candidates.joined(separator: ", ")
        )
    }

    /// Signs in where that is needed, and lists the vaults.
    private func vaults() async throws -> [Vault] {
        _ = try await pipeline.run(
            .authenticator,
            event: Array("{}".utf8),
            deadline: pipeline.clock.now.advanced(by: .seconds(30)),
            logger: logger
        )
        let secret = try await pipeline.secrets.current().secret
        return try await pipeline.providers.named(in: secret).withLibrary(secret, logger: logger) { source in
            try await source.vaults()
        }
    }
}
