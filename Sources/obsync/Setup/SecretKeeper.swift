import AWSAdapters
import AWSClient
import CredentialFiles
import Foundation
import HTTPTransport
import LocalAdapters
import Logging
import SyncCore

/// Keeps a secret where the options say: in a file, or in Secrets Manager.
struct SecretKeeper: Sendable {
    /// How people are told where it is.
    let place: String
    /// The same for programs.
    let store: any SecretStore
    private let path: String?
    private let upload: SecretUpload?
    private let name: String

    /// Finds the place.
    ///
    /// - Throws: `InvalidConfiguration`.
    init(
        _ options: SecretOptions,
        _ account: AccountOptions,
        _ environment: [String: String],
        executor: any HTTPExecutor,
        logger: Logger
    ) throws {
        name = options.secret
        guard options.aws else {
            let path = CredentialsPlace(option: options.credentials, environment: environment).target
            self.path = path
            upload = nil
            place = path
            store = FileSecretStore(path: path, environment: [:])
            return
        }
        let profile = try Profile.load(account.profile, environment: environment, readFile: CredentialFiles.live)
        let region = try account.readRegion() ?? Region.fromEnvironment(environment, profile: profile)
        let upload = try SecretUpload(
            environment: environment,
            profile: account.profile,
            region: region.rawValue,
            executor: executor,
            logger: logger
        )
        self.upload = upload
        path = nil
        place = "the secret \(options.secret) in \(region.rawValue)"
        store = SecretsManagerStore(secretsManager: upload.secretsManager, secretID: options.secret)
    }

    /// What is kept already; nil where nothing is.
    func known() async throws -> Secret? {
        if let upload, try await !upload.exists(name) { return nil }
        if let path, !FileManager.default.fileExists(atPath: path) { return nil }
        return try await store.current().secret
    }

    /// Keeps a secret in the place of what was there.
    func keep(_ secret: Secret) async throws {
        if let upload {
            try await upload.store(secret, name: name, replaces: try await upload.exists(name))
        } else if let path {
            try FileSecretStore.create(secret, at: path)
        }
    }
}

/// An account whose token works, or is made to.
struct SignedInAccount {
    let providers: [any LibraryProvider]
    let store: any SecretStore
    let logger: Logger

    /// The secret with a token that the provider takes; a new token is kept.
    ///
    /// - Throws: `TokenExpired` where only a run may renew it, because the means of renewal are spent by it; transient errors.
    func secret(_ secret: Secret) async throws -> Secret {
        let provider = try providers.named(in: secret)
        guard try await provider.check(secret, logger: logger) == .refused else { return secret }
        let facts = try provider.token(in: secret)
        guard facts.isRenewable, !facts.isSpentByRenewal else {
            throw SyncError(
                .tokenExpired,
                facts.isRenewable
                    ? "the token has run out; the next obsync sync renews it"
                    : "the token has run out; sign in again: obsync login"
            )
        }
        let renewed = try await provider.renew(secret, logger: logger)
        try await SecretChange(store: store).apply { $0.taking("token", from: renewed) }
        return renewed
    }
}
