package import Clocks
package import Logging
package import SyncCore
import Synchronization

/// An account of which every refresh token dies with its first use, and every access token with time.
///
/// The secret has the fields of such a provider: `refresh_token` (none for a captured token), `access_token`, `expires_at`.
package final class RotatingAccount: Sendable {
    private struct State {
        var generation = 0
        var dead: Set<String> = []
        var checks = 0
        var renewals = 0
        var refusals = 0
        var failure: SyncError?
    }

    private let state = Mutex(State())
    private let clock: any WallClock
    private let lifetime: Duration

    /// Makes an account.
    ///
    /// - Parameters:
    ///   - clock: by which access tokens end.
    ///   - lifetime: how long they do.
    package init(clock: any WallClock, lifetime: Duration) {
        self.clock = clock
        self.lifetime = lifetime
    }

    /// How often a token was checked.
    package var checks: Int { state.withLock { $0.checks } }

    /// How often a token was renewed.
    package var renewals: Int { state.withLock { $0.renewals } }

    /// How often a refresh token came that had been used already, which a service may take for theft.
    package var replays: Int { state.withLock { $0.refusals } }

    /// Lets every renewal fail; nil lets them succeed.
    package func failRenewals(with error: SyncError?) {
        state.withLock { $0.failure = error }
    }

    /// Refuses an access token from now on.
    package func kill(accessTokenOf secret: Secret) throws {
        guard let token = try secret.text("access_token") else { return }
        state.withLock { _ = $0.dead.insert(token) }
    }

    /// The first secret of the account.
    package func firstSecret() -> Secret {
        secret(from: Secret(["provider": .string("rotating"), "user_id": .string("u")]), generation: 0)
    }

    /// Whether the refresh token in a secret still works.
    package func canRenew(_ secret: Secret) throws -> Bool {
        let token = try secret.text("refresh_token")
        return state.withLock { token == "refresh-\($0.generation)" }
    }

    fileprivate func check(_ secret: Secret) throws -> CredentialCheck {
        let token = try secret.text("access_token") ?? ""
        let expires = try RotatingProvider.moment(secret)
        let isAlive = state.withLock { state in
            state.checks += 1
            return !state.dead.contains(token)
        }
        guard isAlive, let expires, expires > clock.now else { return .refused }
        return .valid(vaults: 1, expires: nil)
    }

    fileprivate func renew(_ secret: Secret) throws -> Secret {
        let token = try secret.requiredText("refresh_token")
        let generation = try state.withLock { state in
            if let failure = state.failure { throw failure }
            guard token == "refresh-\(state.generation)" else {
                state.refusals += 1
                throw SyncError(.authenticationFailed, "the refresh token is refused; put a new one into refresh_token")
            }
            state.renewals += 1
            state.generation += 1
            return state.generation
        }
        return self.secret(from: secret, generation: generation)
    }

    private func secret(from secret: Secret, generation: Int) -> Secret {
        secret
            .setting(.string("refresh-\(generation)"), at: "refresh_token")
            .setting(.string("access-\(generation)"), at: "access_token")
            .setting(.integer(clock.now.advanced(by: lifetime).milliseconds), at: "expires_at")
    }
}

/// The provider of a ``RotatingAccount``.
package struct RotatingProvider: LibraryProvider {
    package let name = "rotating"
    package let defaultConcurrency = 5
    private let account: RotatingAccount

    /// Makes a provider.
    package init(_ account: RotatingAccount) {
        self.account = account
    }

    package func token(in secret: Secret) throws -> TokenFacts {
        var facts = TokenFacts()
        facts.expires = try Self.moment(secret)
        facts.isRenewable = try secret.text("refresh_token") != nil
        facts.isSpentByRenewal = true
        return facts
    }

    package func check(_ secret: Secret, logger: Logger) async throws -> CredentialCheck {
        try account.check(secret)
    }

    package func renew(_ secret: Secret, logger: Logger) async throws -> Secret {
        guard try secret.text("refresh_token") != nil else {
            throw SyncError(.authenticationFailed, "the captured token has run out; put a new one into access_token")
        }
        return try account.renew(secret)
    }

    package func withLibrary<Result: Sendable>(
        _ secret: Secret,
        logger: Logger,
        _ body: (any LibrarySource) async throws -> Result
    ) async throws -> Result {
        throw SyncError(.protocolChanged, "the account has no library")
    }

    fileprivate static func moment(_ secret: Secret) throws -> Timestamp? {
        let fields = try FunctionJSON.decode([String: JSON].self, from: try secret.json)
        guard case .integer(let milliseconds)? = fields["expires_at"] else { return nil }
        return Timestamp(milliseconds: milliseconds)
    }
}
