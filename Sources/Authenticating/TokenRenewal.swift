import Clocks
import Logging
import SyncCore

/// A token that the provider has accepted a moment ago.
struct GoodToken: Sendable {
    /// The secret that holds it.
    var stored: StoredSecret
    /// How many vaults the account can read.
    var vaults: Int
    /// When it ends, where that is known.
    var expires: Timestamp?
}

/// Puts a new token in the place of one that is not wanted any more.
///
/// A refresh token may die with its first use, and its successor is then in nobody's hands but those of who used it.
/// Therefore:
/// - only one at a time renews, by a lease in the records;
/// - only the current secret is ever renewed, so all tokens form one chain;
/// - the new one is staged before anything else is done with it, and what was staged by somebody who came no further is
///   taken before the token that it follows is tried again;
/// - who finds that another one has become current takes that.
///
/// The lease spares the provider double requests. The secret does not depend on it: a command on another machine has
/// records of its own.
struct TokenRenewal {
    /// Longer than the function runs.
    private static let leaseLifetime: Duration = .seconds(35)
    /// How long others are waited for.
    private static let waits: [Duration] = [.seconds(1), .seconds(2), .seconds(4)]
    /// How long nobody signs in after the provider has asked for quiet: to knock again soon makes it worse.
    private static let quiet: Duration = .seconds(300)
    private static let quietNote = "sign-in-quiet"
    /// How often the secret may change under one's hands.
    private static let mostRebases = 3

    let ports: AuthenticatePorts
    let provider: any LibraryProvider
    let run: RunID
    let metrics: SyncMetrics
    let logger: Logger

    private var secrets: any SecretStore { ports.secrets }
    private var records: any RecordStore { ports.records }
    private var clock: any WallClock { ports.clock }

    /// Asks the provider; nil when it refuses the token.
    func accepted(_ stored: StoredSecret) async throws -> GoodToken? {
        guard case .valid(let vaults, let expires) = try await provider.check(stored.secret, logger: logger) else {
            return nil
        }
        return GoodToken(
            stored: stored,
            vaults: vaults,
            expires: try expires ?? provider.token(in: stored.secret).expires
        )
    }

    /// Gets another token than that of `unwanted`, from whoever has it.
    ///
    /// - Throws: `AuthenticationFailed`, `SubscriptionExpired`, `InvalidConfiguration`; transient errors, also when
    ///   another run is at it and takes long.
    func callAsFunction(insteadOf unwanted: StoredSecret) async throws -> GoodToken {
        for wait in [.zero] + Self.waits {
            if wait > .zero {
                try await clock.sleep(for: wait)
                if let other = try await successor(of: unwanted) { return other }
            }
            let now = clock.now
            let lease = Lease(owner: run, now: now, lifetime: Self.leaseLifetime)
            guard try await records.acquireLease(lease, on: .account, now: now) else { continue }
            return try await givingLeaseBack { try await renewed(unwanted) }
        }
        throw SyncError(
            .sourceUnavailable,
            "another run is renewing the token at this moment; try again in a minute",
            retryAfter: .seconds(10)
        )
    }

    private func givingLeaseBack(_ body: () async throws -> GoodToken) async throws -> GoodToken {
        let (records, run, logger) = (records, run, logger)
        func giveBack() async {
            do {
                try await uncancelled { try await records.releaseLease(of: run, on: .account) }
            } catch {
                // It runs out by itself.
                logger.warning("lease on renewing not given back", metadata: [LogKey.errorType: "\(type(of: error))"])
            }
        }
        do {
            let token = try await body()
            await giveBack()
            return token
        } catch {
            await giveBack()
            throw error
        }
    }

    private func renewed(_ unwanted: StoredSecret) async throws -> GoodToken {
        var base = try await secrets.current()
        if base.version != unwanted.version, let other = try await accepted(base) { return other }
        if let staged = try await secrets.staged(after: base.version) {
            logger.notice("taking a token that was staged and not used")
            let good = try await accepted(staged)
            // Even a refused one is needed to get the next: the one before it is spent.
            base = try await settled(staged, after: base)
            if base.version == staged.version {
                if let good { return good }
            } else if let other = try await accepted(base) {
                return other
            }
        }
        return try await renewedOnce(base)
    }

    private func renewedOnce(_ base: StoredSecret) async throws -> GoodToken {
        logger.notice("renewing the token")
        let staged: StoredSecret
        do {
            staged = try await uncancelled { [self] in try await renewedAndStaged(base) }
        } catch let error as SyncError where error.name == .authenticationFailed {
            guard let other = try await successorOfSpent(base) else { throw error }
            return other
        }
        let good = try await accepted(staged)
        let current = staged.version == base.version ? base : try await settled(staged, after: base)
        if let good, good.stored.version == current.version { return good }
        if current.version != staged.version, let other = try await accepted(current) { return other }
        throw SyncError(
            .authenticationFailed,
            "the provider refuses the token that it has just given out; try again later"
        )
    }

    /// Nothing may come between the provider's answer and its being staged.
    private func renewedAndStaged(_ base: StoredSecret) async throws -> StoredSecret {
        let renewed = try await signedIn(base.secret)
        guard renewed != base.secret else { return base }
        var waits = Self.waits[...]
        while true {
            do {
                let staged = try await secrets.stage(renewed, after: base.version)
                metrics.tokenRefreshed()
                return staged
            } catch let error as SyncError where error.isRetryable {
                guard let wait = waits.popFirst() else {
                    logger.error("new token lost", metadata: [LogKey.errorType: "\(error.name.rawValue)"])
                    throw error
                }
                logger.warning("token not staged yet", metadata: [LogKey.errorType: "\(error.name.rawValue)"])
                try await clock.sleep(for: wait)
            }
        }
    }

    /// Asks the provider for another token, unless it has asked for quiet in the last minutes, this time or in another run.
    private func signedIn(_ secret: Secret) async throws -> Secret {
        guard await mayAsk() else {
            throw SyncError(
                .throttled,
                "the provider refused a sign-in a moment ago because there are too many; the next one waits for five minutes",
                retryAfter: .seconds(60)
            )
        }
        do {
            return try await provider.renew(secret, logger: logger)
        } catch let error as SyncError where error.name == .throttled {
            await note(until: clock.now.advanced(by: max(Self.quiet, error.retryAfter ?? .zero)))
            throw error
        }
    }

    /// Whether nobody has to be quiet. What cannot be remembered keeps nobody from signing in.
    private func mayAsk() async -> Bool {
        await note(until: clock.now)
    }

    /// Notes that the provider wants quiet; a note until now is over as soon as it is made.
    ///
    /// - Returns: false when such a note stands already.
    @discardableResult
    private func note(until end: Timestamp) async -> Bool {
        do {
            return try await records.noteOnce(Self.quietNote, until: end, now: clock.now)
        } catch {
            logger.warning("sign-ins are not remembered", metadata: [LogKey.errorType: "\(type(of: error))"])
            return true
        }
    }

    /// Lets the next sign-in pass although the provider wants quiet: a person has asked for it.
    static func forgetQuiet(in records: any RecordStore) async throws {
        try await records.forgetNote(quietNote)
    }

    /// Makes a staged secret current.
    ///
    /// - Returns: what is current afterwards: the staged secret; the same change of a secret that somebody has edited
    ///   meanwhile; or the secret of somebody who changed the same fields.
    private func settled(_ staged: StoredSecret, after base: StoredSecret) async throws -> StoredSecret {
        var (staged, base) = (staged, base)
        for _ in 0..<Self.mostRebases {
            if try await secrets.makeCurrent(staged, insteadOf: base.version) { return staged }
            let current = try await secrets.current()
            if current.version == staged.version { return current }
            guard let merged = current.secret.taking(changesFrom: base.secret, to: staged.secret) else {
                return current
            }
            logger.notice("secret changed meanwhile, carrying the token over")
            staged = try await secrets.stage(merged, after: current.version)
            base = current
        }
        throw SyncError(.storeUnavailable, "the secret is being changed all the time; try again later")
    }

    /// The token of somebody who was quicker; nil when there is none, or it is refused.
    private func successor(of base: StoredSecret) async throws -> GoodToken? {
        let current = try await secrets.current()
        if current.version != base.version { return try await accepted(current) }
        guard let staged = try await secrets.staged(after: base.version), let good = try await accepted(staged) else {
            return nil
        }
        let settled = try await settled(staged, after: base)
        return settled.version == staged.version ? good : try await accepted(settled)
    }

    /// The same for a refresh token that is refused: somebody without the lease may have used it a moment ago.
    private func successorOfSpent(_ base: StoredSecret) async throws -> GoodToken? {
        guard try provider.token(in: base.secret).isSpentByRenewal else { return try await successor(of: base) }
        for wait in [.zero] + Self.waits {
            if wait > .zero { try await clock.sleep(for: wait) }
            if let other = try await successor(of: base) { return other }
        }
        return nil
    }
}
