import Foundation
import LocalAdapters
import Pipeline
import SyncCore

/// A look at the account before the first run, whose records are not those of the mirror.
enum AccountLook {
    /// Looks at the account.
    ///
    /// - Parameters:
    ///   - credentials: the credentials file; a token that signing in gives is kept there.
    ///   - connection: how the account is reached.
    ///   - body: is given the provider, and the way to its vaults.
    /// - Throws: what reading the credentials, signing in and `body` throw.
    static func with(
        credentials: String,
        _ connection: PlaceConnection,
        _ body: (any LibraryProvider, VaultChoice) async throws -> Void
    ) async throws {
        let elsewhere = LocalFolder(FileManager.default.temporaryDirectory.appending(path: "obsync-\(UUID())").path)
        defer { try? FileManager.default.removeItem(atPath: elsewhere.path) }
        try elsewhere.prepare(environment: connection.environment)
        var connection = connection
        connection.trouble = DestinationTrouble(path: elsewhere.path)
        let pipeline = try await elsewhere.pipeline(credentials: credentials, connection)
        let provider = try pipeline.providers.named(in: try await pipeline.secrets.current().secret)
        try await body(provider, VaultChoice(pipeline, connection.logger))
    }
}
