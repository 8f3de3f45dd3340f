import Clocks
import Logging
import SyncCore

/// Why people are told.
enum AlertCause: String, Sendable {
    /// The provider does not let the account in.
    case authenticationFailed = "authentication-failed"
    /// The account's subscription has lapsed.
    case subscriptionLapsed = "subscription-lapsed"
    /// The token ends soon, and no other can be had.
    case tokenEnds = "token-ends"
    /// The secret is not what it has to be.
    case configurationWrong = "configuration-wrong"

    /// The cause behind an error; nil for an error that passes, or that its caller has made.
    init?(_ error: SyncError) {
        switch error.name {
        case .authenticationFailed: self = .authenticationFailed
        case .subscriptionExpired: self = .subscriptionLapsed
        case .invalidConfiguration: self = .configurationWrong
        default: return nil
        }
    }

    fileprivate var headline: String {
        switch self {
        case .authenticationFailed: "the sign-in fails"
        case .subscriptionLapsed: "the subscription has lapsed"
        case .tokenEnds: "the token runs out"
        case .configurationWrong: "the secret or a setting is wrong"
        }
    }

    fileprivate var consequence: String {
        switch self {
        case .tokenEnds: "The mirror goes on until then, and stops afterwards."
        default: "Nothing is mirrored until this is mended. What has been mirrored is not touched."
        }
    }

    fileprivate var wayOut: String {
        switch self {
        case .authenticationFailed:
            "Correct what the sentence names in the secret, then start the run again or redrive it."
        case .subscriptionLapsed: "Renew the subscription with the provider, then start the run again or redrive it."
        case .tokenEnds: "Put a new token, or what renews it, into the secret before that."
        case .configurationWrong: "Correct what the sentence names, then start the run again or redrive it."
        }
    }
}

/// Tells people once a day for each cause. A failure to do so is logged, and is nobody's failure.
struct Alerts {
    let ports: AuthenticatePorts
    let deployment: String
    let metrics: SyncMetrics
    let logger: Logger

    /// Tells of a cause unless somebody has been told of it today.
    ///
    /// - Parameters:
    ///   - cause: why.
    ///   - sentence: what happened; an error's message, without secrets.
    func raise(_ cause: AlertCause, _ sentence: String) async {
        let logger = logger.with(cause)
        guard let notify = ports.notify else {
            return logger.notice("nobody is told, because no alert topic is set")
        }
        let day = ports.clock.now.iso8601.prefix(10)
        let note = "alert#\(cause.rawValue)#\(day)"
        guard await isFirst(note, logger) else { return }
        do {
            try await notify(notice(of: cause, sentence), logger)
            logger.notice("alert sent")
        } catch {
            metrics.alertFailed()
            logger.error("alert not sent", metadata: metadata(of: error))
            await forget(note, logger)
        }
    }

    private func notice(of cause: AlertCause, _ sentence: String) -> Notice {
        Notice(
            subject: "Obsync \(deployment.prefix(50)): \(cause.headline)",
            body: """
                Deployment: \(deployment)
                What happened: \(sentence).
                \(cause.consequence)
                What to do: \(cause.wayOut)

                You are told once a day for as long as this lasts.
                """
        )
    }

    private func isFirst(_ note: String, _ logger: Logger) async -> Bool {
        let now = ports.clock.now
        do {
            return try await ports.records.noteOnce(note, until: now.advanced(by: .seconds(48 * 3600)), now: now)
        } catch {
            // To be told twice is better than not at all.
            logger.warning("alert not remembered", metadata: metadata(of: error))
            return true
        }
    }

    private func forget(_ note: String, _ logger: Logger) async {
        do {
            try await ports.records.forgetNote(note)
        } catch {
            logger.warning("alert will not be sent again today", metadata: metadata(of: error))
        }
    }

    private func metadata(of error: any Error) -> Logger.Metadata {
        [LogKey.errorType: "\((error as? SyncError)?.name.rawValue ?? "\(type(of: error))")"]
    }
}

extension Logger {
    fileprivate func with(_ cause: AlertCause) -> Logger {
        var logger = self
        logger[metadataKey: LogKey.cause] = "\(cause.rawValue)"
        return logger
    }
}
