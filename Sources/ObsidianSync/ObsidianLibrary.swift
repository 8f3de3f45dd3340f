import Logging
import NIOPosix
import StreamingCrypto
import SyncCore

/// An open account.
struct ObsidianLibrary: LibrarySource {
    let api: ObsidianAPI
    let configuration: ObsidianProvider.Configuration
    let backoff: ReconnectBackoff
    let secret: Secret
    let token: String
    let logger: Logger

    func vaults() async throws -> [Vault] {
        try await listedVaults().map(\.vault)
    }

    func withVault<Result: Sendable>(
        _ id: VaultID,
        since cursor: SourceCursor?,
        _ body: (any VaultSession) async throws -> Result
    ) async throws -> Result {
        // The host of a vault can change between runs, so the list is always fresh.
        guard let listed = try await listedVaults().first(where: { $0.id == id }) else {
            throw SyncError(.invalidInput, "the account has no vault with the id \(id.rawValue)")
        }
        let endpoint = try configuration.hosts.endpoint(for: listed.host)
        let keys = try await keys(of: listed)
        try await api.checkAccess(listed, keyHash: keys.keyHash, token: token, logger)
        let since = try cursor.map { cursor throws(SyncError) in try cursor.uid } ?? 0
        let opener = SocketOpener(
            endpoint: endpoint,
            opening: .init(
                token: token,
                vault: listed.id,
                keyHash: keys.keyHash,
                encryptionVersion: listed.encryptionVersion,
                version: since,
                isInitial: since == 0
            ),
            timeouts: configuration.timeouts,
            backoff: backoff
        )
        let pool = try await SocketPool(opener, limit: configuration.sockets)
        do {
            let session = ObsidianSession(
                pool: pool,
                concurrentFetches: configuration.sockets,
                keys: keys,
                since: since,
                logger: logger
            )
            let result = try await body(session)
            await pool.close()
            return result
        } catch {
            await pool.close()
            throw error
        }
    }

    private func listedVaults() async throws -> [ListedVault] {
        try await api.vaults(token: token, logger).map { vault in
            var vault = vault
            vault.statedVersion = vault.statedVersion ?? configuration.assumedEncryptionVersion
            return vault
        }
    }

    private func keys(of vault: ListedVault) async throws -> VaultKeys {
        guard let version = EncryptionVersion(rawValue: vault.encryptionVersion) else {
            throw SyncError(
                .protocolChanged,
                "a vault has encryption version \(vault.encryptionVersion); Obsync reads 0, 2 and 3"
            )
        }
        guard let password = try vault.managedPassword ?? secret.text("vaults", vault.id.rawValue, "password") else {
            throw SyncError(
                .invalidConfiguration,
                "the secret's field vaults.\(vault.id.rawValue).password is missing; add the vault's encryption password"
            )
        }
        // scrypt takes a tenth of a second, which no event loop or shared thread should be blocked for.
        return try await NIOThreadPool.singleton.runIfActive {
            try VaultKeys(password: password, salt: vault.salt, version: version)
        }
    }
}

extension SourceCursor {
    /// The uid that a cursor of this provider is.
    fileprivate var uid: Int64 {
        get throws(SyncError) {
            guard let uid = Int64(rawValue), uid >= 0 else {
                throw SyncError(.invalidInput, "the stored cursor of a vault is none of Obsidian's")
            }
            return uid
        }
    }
}
