import Clocks
import Crypto
import HTTPTransport
import Logging
import SyncCore

/// What everything that reads the account needs.
struct GoProAccount: Sendable {
    let api: GoProAPI
    let credential: GoProCredential
    let hosts: MediaHosts
    /// Requests to the media hosts wait here while one of them has asked for quiet.
    let mediaLimit: RateLimit
    let concurrentFetches: Int
    let takesSidecars: Bool

    var clock: any WallClock { api.clock }
    var executor: any HTTPExecutor { api.executor }
    /// When the call that reads has to be done; nil where nobody said so.
    var deadline: Timestamp? { api.deadline }
    var random: @Sendable () -> Double { api.random }
    var retry: TransientRetry { TransientRetry(attempts: 3, clock: api.clock, random: api.random) }

    func get<Answer: Decodable>(_ path: GoProPath, as type: Answer.Type, _ logger: Logger) async throws -> Answer {
        try await api.get(path, as: type, credential, logger)
    }
}

/// The open account: one vault, the media library.
struct GoProLibrary: LibrarySource {
    static let vaultName = "GoPro media library"

    let account: GoProAccount
    let logger: Logger

    func vaults() async throws -> [Vault] {
        let answer = try await account.get(.check, as: ListingAnswer.self, logger)
        let owner = (answer.owner ?? account.credential.userID).map(Self.fingerprint)
        return VaultID("gopro").map {
            [Vault(id: $0, name: Self.vaultName, epoch: VaultEpoch(library: "1"), account: owner)]
        } ?? []
    }

    /// Names an account without saying which one it is.
    private static func fingerprint(_ id: String) -> String {
        let digest = SHA256.hash(data: Array("gopro account \(id)".utf8))
        return digest.prefix(16).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    func withVault<Result: Sendable>(
        _ id: VaultID,
        since cursor: SourceCursor?,
        _ body: (any VaultSession) async throws -> Result
    ) async throws -> Result {
        guard id.rawValue == "gopro" else {
            throw SyncError(.invalidInput, "the account has no vault with the id \(id.rawValue)")
        }
        return try await body(GoProSession(account, since: cursor, logger))
    }
}
