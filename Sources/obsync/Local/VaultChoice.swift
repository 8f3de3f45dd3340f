import Clocks
import Logging
import Pipeline
import SyncCore

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
        return try VaultName(text).choose(among: vaults).vault.id
    }

    /// The vaults that somebody means: the one with this id or exactly this name, or all.
    ///
    /// - Throws: `InvalidInput` with the candidates when there is none, or more than one.
    func vaults(named text: String?) async throws -> [VaultDescription] {
        let all = try await vaults()
        return try text.map { [try VaultName($0).choose(among: all)] } ?? all
    }

    /// Signs in where that is needed, and lists the vaults of the account.
    func vaults() async throws -> [VaultDescription] {
        _ = try await pipeline.run(
            .authenticator,
            event: Array("{}".utf8),
            deadline: pipeline.clock.now.advanced(by: .seconds(30)),
            logger: logger
        )
        let secret = try await pipeline.secrets.current().secret
        return try await pipeline.providers.named(in: secret).describeVaults(secret, logger: logger)
    }
}
