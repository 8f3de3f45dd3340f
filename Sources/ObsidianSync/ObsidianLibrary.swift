import Logging
import NIOPosix
import SyncCore

/// An open account.
struct ObsidianLibrary: LibrarySource {
    let api: ObsidianAPI
    let configuration: ObsidianProvider.Configuration
    let client: WebSocketClient
    let lists: VaultLists
    let keyring: VaultKeyring
    let shelf: SocketShelf
    let backoff: ReconnectBackoff
    let secret: Secret
    let token: String
    let logger: Logger

    func vaults() async throws -> [Vault] {
        try await listedVaults().map { listed in
            var vault = listed.vault
            vault.passwordSource =
                try ownPassword(of: listed) != nil ? .own : listed.managedPassword.map { _ in .managed }
            return vault
        }
    }

    func withVault<Result: Sendable>(
        _ id: VaultID,
        since cursor: SourceCursor?,
        _ body: (any VaultSession) async throws -> Result
    ) async throws -> Result {
        let listed = try await listedVault(id)
        let keys = try await keys(of: listed)
        let since = try cursor.map { cursor throws(SyncError) in try cursor.uid } ?? 0
        let pool: SocketPool
        do {
            pool = try await open(listed, keys, since: since)
        } catch let error as SyncError {
            // The host of a vault may have changed, or its salt.
            lists.forget()
            throw explained(error, of: listed)
        }
        do {
            let session = ObsidianSession(
                pool: pool,
                concurrentFetches: configuration.sockets,
                keys: keys,
                since: since,
                logger: logger
            )
            let result = try await body(session)
            await pool.putAway()
            return result
        } catch {
            await pool.close()
            throw error
        }
    }

    func waitForChange(in id: VaultID, since cursor: SourceCursor) async throws -> Bool {
        let listed = try await listedVault(id)
        let socket = try await opener(listed, try await keys(of: listed), since: try cursor.uid).open()
        do {
            try await socket.waitForChange()
            await socket.close()
            return true
        } catch {
            await socket.close()
            throw error
        }
    }

    private func opener(_ listed: ListedVault, _ keys: VaultKeys, since: Int64) throws -> SocketOpener {
        SocketOpener(
            client: client,
            endpoint: try configuration.hosts.endpoint(for: listed.host),
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
    }

    private func open(_ listed: ListedVault, _ keys: VaultKeys, since: Int64) async throws -> SocketPool {
        let opener = try opener(listed, keys, since: since)
        // A vault that was opened before is opened with the same password: asking about that first would be one call for
        // nothing. Where the socket is refused, it tells why.
        if since == 0 { try await api.checkAccess(listed, keyHash: keys.keyHash, token: token, logger) }
        do {
            return try await SocketPool(opener, limit: configuration.sockets, shelf: shelf, logger: logger)
        } catch let error as SyncError where error.name == .protocolChanged && since > 0 {
            try await api.checkAccess(listed, keyHash: keys.keyHash, token: token, logger)
            throw error
        }
    }

    private func listedVaults() async throws -> [ListedVault] {
        let vaults = try await api.vaults(token: token, logger).map { vault in
            var vault = vault
            vault.assumedVersion = configuration.assumedEncryptionVersion
            return vault
        }
        lists.note(vaults, token: token, at: api.clock.now)
        return vaults
    }

    private func listedVault(_ id: VaultID) async throws -> ListedVault {
        if let known = lists.vault(id, token: token, at: api.clock.now) { return known }
        guard let listed = try await listedVaults().first(where: { $0.id == id }) else {
            throw SyncError(.invalidInput, "the account has no vault with the id \(id.rawValue)")
        }
        return listed
    }

    private func keys(of vault: ListedVault) async throws -> VaultKeys {
        guard let version = EncryptionVersion(rawValue: vault.encryptionVersion) else {
            throw SyncError(
                .protocolChanged,
                "the vault \(vault.label) has encryption version \(vault.encryptionVersion); Obsync reads 0, 2 and 3"
            )
        }
        // What the user says is the key cannot be replaced by the service: a key that the service states proves nothing.
        guard let password = try ownPassword(of: vault) ?? vault.managedPassword else {
            throw SyncError(
                .invalidConfiguration,
                "the vault \(vault.label) has no password in the secret; add it as vaults.\(vault.id.rawValue).password",
                detail: .passwordMissing
            )
        }
        // scrypt takes a tenth of a second, which no event loop or shared thread should be blocked for.
        return try await NIOThreadPool.singleton.runIfActive {
            try keyring.keys(of: vault.id, password: password, salt: vault.salt, version: version)
        }
    }

    private func ownPassword(of vault: ListedVault) throws -> String? {
        try secret.text("vaults", vault.id.rawValue, "password").flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The same error with the vault's name in it, where a person has to do something about that vault.
    private func explained(_ error: SyncError, of vault: ListedVault) -> SyncError {
        let assumption = vault.statedVersion == nil ? Self.assumption(configuration.assumedEncryptionVersion) : nil
        let message: String
        switch error.name {
        case .vaultPasswordWrong:
            let isOwn = (try? ownPassword(of: vault)) != nil
            let place =
                isOwn
                ? "correct it in the secret, under vaults.\(vault.id.rawValue).password"
                : "it is the one that Obsidian itself states"
            message =
                "the password of the vault \(vault.label) does not fit; \(place)"
                + (assumption.map { ", or \($0)" } ?? "")
        case .protocolChanged, .invalidInput, .subscriptionExpired:
            message = "vault \(vault.label): \(error.message)" + (assumption.map { "; perhaps \($0)" } ?? "")
        default:
            return error
        }
        return error.with(message: message)
    }

    private static func assumption(_ version: Int?) -> String {
        version.map { "OBSIDIAN_ENCRYPTION_VERSION is wrong: Obsidian states no version, and \($0) is assumed" }
            ?? "OBSIDIAN_ENCRYPTION_VERSION is missing: Obsidian states no version, and 0 is assumed"
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
