import Logging
import NIOPosix
import StreamingCrypto
import SyncCore

/// An open account.
struct ObsidianLibrary: LibrarySource {
    let api: ObsidianAPI
    let hosts: HostPolicy
    let secret: Secret
    let token: String
    let logger: Logger

    func vaults() async throws -> [Vault] {
        try await api.vaults(token: token, logger).map(\.vault)
    }

    func withVault<Result: Sendable>(
        _ id: VaultID,
        since cursor: SourceCursor?,
        _ body: (any VaultSession) async throws -> Result
    ) async throws -> Result {
        // The host of a vault can change between runs, so the list is always fresh.
        guard let listed = try await api.vaults(token: token, logger).first(where: { $0.id == id }) else {
            throw SyncError(.invalidInput, "the account has no vault with the id \(id.rawValue)")
        }
        let keys = try await keys(of: listed)
        try await api.checkAccess(listed, keyHash: keys.keyHash, token: token, logger)
        let since = try cursor.map { cursor throws(SyncError) in try cursor.uid } ?? 0
        return try await SyncSocket.with(try hosts.endpoint(for: listed.host)) { socket in
            try await socket.send(initMessage(listed, keys, since))
            guard case .accepted = try await socket.next() else {
                throw SyncError(.protocolChanged, "Obsidian does not answer init")
            }
            return try await body(ObsidianSession(socket: socket, keys: keys, since: since, logger: logger))
        }
    }

    /// The message holds two secrets, the token and the key hash: it is never logged.
    private func initMessage(_ vault: ListedVault, _ keys: VaultKeys, _ since: Int64) -> JSON {
        .object([
            "op": .string("init"),
            "token": .string(token),
            "id": .string(vault.id.rawValue),
            "keyhash": .string(keys.keyHash),
            "version": .integer(since),
            "initial": .bool(since == 0),
            "device": .string("obsync"),
            "encryption_version": .integer(Int64(vault.encryptionVersion)),
        ])
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
