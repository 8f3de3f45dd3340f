import CredentialFiles
import Logging
import SyncCore

/// What stands in for a secret while somebody tries a function out: a credentials file, or else the account that variables
/// name, which is kept in memory.
///
/// Such a function may be alone, so it signs in by itself where there is no token yet.
struct StandInSecretStore: SecretStore {
    private let base: any SecretStore
    private let providers: [any LibraryProvider]
    private let logger: Logger

    /// Makes a store.
    ///
    /// - Parameters:
    ///   - environment: names the file, or the account.
    ///   - providers: sign in.
    ///   - logger: for what concerns no invocation in particular.
    init(_ environment: [String: String], _ providers: [any LibraryProvider], logger: Logger) {
        if let file = environment[Setting.credentials.variable], !file.isEmpty {
            base = FileSecretStore(path: file, environment: environment)
        } else {
            base = AccountSecretStore(environment)
        }
        (self.providers, self.logger) = (providers, logger)
    }

    /// Says where credentials belong.
    func say() {
        logger.notice(
            "no secret is named: credentials come from a file or from variables; a secret is the place for them"
        )
    }

    func current() async throws -> StoredSecret {
        let stored = try await base.current()
        guard try stored.secret.text("token", "value") == nil else { return stored }
        let provider = try providers.named(in: stored.secret)
        let facts = try provider.token(in: stored.secret)
        guard facts.isRenewable, !facts.isSpentByRenewal else { return stored }
        let signedIn = try await provider.renew(stored.secret, logger: logger)
        let staged = try await base.stage(signedIn, after: stored.version)
        // Somebody else's token is as good.
        _ = try await base.makeCurrent(staged, insteadOf: stored.version)
        return try await base.current()
    }

    func staged(after version: String) async throws -> StoredSecret? {
        try await base.staged(after: version)
    }

    func stage(_ secret: Secret, after version: String) async throws -> StoredSecret {
        try await base.stage(secret, after: version)
    }

    func makeCurrent(_ staged: StoredSecret, insteadOf version: String) async throws -> Bool {
        try await base.makeCurrent(staged, insteadOf: version)
    }
}

/// The Obsidian account that variables name, with its token in memory.
private actor AccountSecretStore: SecretStore {
    private var secret: Secret
    private var version = 1
    private var staged: Secret?

    init(_ environment: [String: String]) {
        var secret = Secret(["provider": .string("obsidian")])
        for (setting, field) in FileSecretStore.standIns {
            guard let value = environment[setting.variable], !value.isEmpty else { continue }
            secret = secret.setting(.string(value), at: "auth", field)
        }
        self.secret = secret
    }

    func current() -> StoredSecret { StoredSecret(secret: secret, version: "\(version)") }

    func staged(after version: String) -> StoredSecret? {
        guard version == "\(self.version)", let staged else { return nil }
        return StoredSecret(secret: staged, version: "\(self.version + 1)")
    }

    func stage(_ secret: Secret, after version: String) throws -> StoredSecret {
        staged = secret
        return StoredSecret(secret: secret, version: "\(self.version + 1)")
    }

    func makeCurrent(_ staged: StoredSecret, insteadOf version: String) -> Bool {
        guard version == "\(self.version)", self.staged == staged.secret else { return false }
        (secret, self.staged) = (staged.secret, nil)
        self.version += 1
        return true
    }
}
