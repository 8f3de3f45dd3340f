import Clocks
import Logging
import SyncCore

/// Decides whether the stored token does, or another one is to be got.
struct TokenSearch {
    /// Why the stored token is replaced although it may still work.
    private enum Cause: String {
        /// It was refused in this run.
        case refused
        /// Somebody asks for another one, without saying which one does not do.
        case demanded
        /// It ends soon.
        case endsSoon = "ends-soon"
    }

    /// For this long a run does not do again for the same cause what it has done once.
    private static let memory: Duration = .seconds(12 * 3600)

    let renewal: TokenRenewal
    let settings: AuthenticateSettings

    private var now: Timestamp { renewal.ports.clock.now }
    private var logger: Logger { renewal.logger }

    /// A token that works.
    struct Found {
        var token: GoodToken
        /// Whether it cannot be renewed, or could not be: somebody may have to put another one in its place.
        var isLeftToPeople = false
        /// What they are warned of.
        var warning: String?
    }

    /// A token that works.
    ///
    /// - Parameters:
    ///   - stored: the current secret.
    ///   - refusal: the token that was refused on the way, if one was.
    /// - Returns: the token, and what people have to know of it.
    /// - Throws: `AuthenticationFailed`, `SubscriptionExpired`, `InvalidConfiguration`; transient errors.
    func token(_ stored: StoredSecret, refusal: AuthenticateInput.Refusal?) async throws -> Found {
        let facts = try renewal.provider.token(in: stored.secret)
        guard facts.isRenewable, let cause = cause(facts, stored, refusal), try await isFirst(cause) else {
            let token = try await checked(stored)
            if facts.isRenewable { return Found(token: token) }
            return Found(token: token, isLeftToPeople: true, warning: warning(token, "it cannot be renewed"))
        }
        logger.notice("another token is needed", metadata: [LogKey.cause: "\(cause.rawValue)"])
        do {
            return Found(token: try await renewal(insteadOf: stored))
        } catch let error as SyncError where cause == .endsSoon {
            // It was early: the token may do for a while yet.
            guard let token = try await renewal.accepted(stored) else { throw error }
            logger.warning("token not renewed in time", metadata: [LogKey.errorType: "\(error.name.rawValue)"])
            let reason = error.isRetryable ? nil : warning(token, error.message)
            return Found(token: token, isLeftToPeople: true, warning: reason)
        }
    }

    private func checked(_ stored: StoredSecret) async throws -> GoodToken {
        if let token = try await renewal.accepted(stored) { return token }
        logger.notice("another token is needed", metadata: [LogKey.cause: "\(Cause.refused.rawValue)"])
        return try await renewal(insteadOf: stored)
    }

    private func cause(_ facts: TokenFacts, _ stored: StoredSecret, _ refusal: AuthenticateInput.Refusal?) -> Cause? {
        if let refusal {
            guard let version = refusal.secretVersion else { return .demanded }
            // Where somebody has stored another token since, that one is taken as it is.
            return version == stored.version ? .refused : nil
        }
        guard let expires = facts.expires else { return nil }
        // A token that does not live much longer than that would be renewed by every run.
        let left = facts.lifetime.map { min(settings.refreshBefore, $0 / 2) } ?? settings.refreshBefore
        return now.duration(to: expires) < left ? .endsSoon : nil
    }

    /// A refused token is another one after it was renewed; the other causes have to be remembered.
    private func isFirst(_ cause: Cause) async throws -> Bool {
        guard cause != .refused else { return true }
        let note = "renewal#\(renewal.run)#\(cause.rawValue)"
        return try await renewal.ports.records.noteOnce(note, until: now.advanced(by: Self.memory), now: now)
    }

    private func warning(_ token: GoodToken, _ reason: String) -> String? {
        guard let expires = token.expires, now.duration(to: expires) < settings.warnBefore else { return nil }
        return "the token ends at \(expires.iso8601), and \(reason)"
    }
}
