import Logging
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
        try vault(named: text, of: try await Patience(clock: pipeline.clock, logger: logger)(vaults)).id
    }

    /// The vaults of the account.
    func vaults() async throws -> [Vault] {
        // Signs in where that is needed, so that the vaults can be listed.
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

    /// The vault with this id or exactly this name.
    ///
    /// - Throws: `InvalidInput` with the candidates when there is none, or more than one.
    func vault(named text: String, of vaults: [Vault]) throws -> Vault {
        if let exact = vaults.first(where: { $0.id.rawValue == text }) { return exact }
        let named = vaults.filter { $0.name.utf8.elementsEqual(text.utf8) }
        if named.count == 1, let only = named.first { return only }
        let candidates = (named.isEmpty ? vaults : named).map { "\($0.name.printable) (\($0.id))" }
        throw SyncError(
            .invalidInput,
            (named.isEmpty ? "there is no vault with this id or name; there are: " : "several vaults have this name: ")
                + candidates.joined(separator: ", ")
        )
    }
}
