import Foundation
import HTTPTransport
import LocalAdapters
import Logging
import ObsidianSync
import StateMachine
import SyncCore

/// One `obsync sync`: the whole pipeline in this process, over a folder.
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
        try folder.prepare()
        let lock = try FolderLock(path: folder.data + "/lock")
        defer { withExtendedLifetime(lock) {} }
        folder.removeWorkingData()
        let display = ProgressDisplay(isQuiet: isQuiet)
        let picture = RunPicture()
        defer { display.finish() }
        return try await AsyncHTTPClientTransport.with { transport in
            let pipeline = try await folder.pipeline(
                credentials: credentials,
                environment: environment,
                executor: transport,
                observe: display.observe
            )
            var request = SyncRequest()
            request.syncType = settings.complete ? .complete : .incremental
            request.options.allowDeletions = settings.allowDeletions
            request.options.deleteExcluded = settings.deleteExcluded
            request.options.filter = PathFilter(exclude: settings.exclude, include: settings.include)
            if let vault { request.vaultIDs = [try await VaultChoice(pipeline, logger).id(of: vault)] }
            let engine = LocalEngine(
                definition: try LocalEngine.pipelineDefinition(),
                invoke: invoke(pipeline),
                observe: { event in
                    picture.observe(event)
                    if event.type == .taskFailed { display.showFailure(event.details.error, event.details.cause) }
                }
            )
            let name = "local-\(pipeline.randomName())"
            let summary = try await engine.run(request, name: name)
            folder.removeWorkingData()
            display.finish()
            if !isQuiet { for line in picture.lines { StandardStreams.error(line) } }
            return summary
        }
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
        // Signs in where that is needed, so that the vaults can be listed.
        _ = try await pipeline.run(
            .authenticator,
            event: Array("{}".utf8),
            deadline: pipeline.clock.now.advanced(by: .seconds(30)),
            logger: logger
        )
        let secret = try await pipeline.secrets.current().secret
        let vaults = try await pipeline.providers.named(in: secret).withLibrary(secret, logger: logger) { source in
            try await source.vaults()
        }
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
}
