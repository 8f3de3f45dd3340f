/// The one error of the use cases and of the ports they use.
///
/// `description` is what people read: one sentence with the way out, without secret, token, URL query, file name
/// or body.
package struct SyncError: Error, Sendable, CustomStringConvertible {
    /// A stable name. The state machine's Retry and Catch, the command's exit code and receipts go by it.
    package struct Name: RawRepresentable, Codable, Hashable, Sendable {
        package let rawValue: String

        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// An event or an argument is wrong; the message names the field.
        package static let invalidInput = Name(rawValue: "InvalidInput")
        /// A setting or the secret is wrong; the message names the variable or field.
        package static let invalidConfiguration = Name(rawValue: "InvalidConfiguration")
        /// The provider refuses the credentials for good.
        package static let authenticationFailed = Name(rawValue: "AuthenticationFailed")
        /// A vault's password does not fit.
        package static let vaultPasswordWrong = Name(rawValue: "VaultPasswordWrong")
        /// The account has no subscription that allows reading.
        package static let subscriptionExpired = Name(rawValue: "SubscriptionExpired")
        /// The token was refused; a new one may help.
        package static let tokenExpired = Name(rawValue: "TokenExpired")
        /// Somebody asks for fewer requests.
        package static let throttled = Name(rawValue: "Throttled")
        /// The provider does not answer, or answers with a server fault.
        package static let sourceUnavailable = Name(rawValue: "SourceUnavailable")
        /// Object store, record store or secret store do not answer.
        package static let storeUnavailable = Name(rawValue: "StoreUnavailable")
        /// A body is not what the listing said, or cannot be deciphered.
        package static let corruptContent = Name(rawValue: "CorruptContent")
        /// A name that the store cannot take, or that would leave its place.
        package static let nameRefused = Name(rawValue: "NameRefused")
        /// The store refuses one file or request for good; the message gives its code.
        package static let storeRefused = Name(rawValue: "StoreRefused")
        /// A file that is larger than the store takes.
        package static let tooLarge = Name(rawValue: "TooLarge")
        /// A file that was stored is missing from the store, or was changed there. Only in records: it is fetched again.
        package static let objectLost = Name(rawValue: "ObjectLost")
        /// The source has the file and does not give it at present: it is not ready, its address is refused, or nothing
        /// comes. Other files are not concerned.
        package static let fileUnavailable = Name(rawValue: "FileUnavailable")
        /// The file is gone at the source.
        package static let sourceGone = Name(rawValue: "SourceGone")
        /// The provider answered what the protocol does not know.
        package static let protocolChanged = Name(rawValue: "ProtocolChanged")
        /// Files failed although they were tried more than once.
        package static let partialFailure = Name(rawValue: "PartialFailure")
    }

    /// What else is told apart of some errors, by those who decide what to do about them.
    package enum Detail: Hashable, Sendable {
        /// A range was refused because its content is no longer the one that was opened: asking again is of no use.
        case contentChanged
        /// The source did not answer in the time that it was given: waiting as long again right away is of little use.
        case sourceSilent
        /// The one-time password was refused, and nothing else.
        case codeRefused
        /// Nobody has given the password of a vault.
        case passwordMissing
    }

    /// The stable name.
    package let name: Name
    /// One sentence for people.
    package let message: String
    /// What the other side called its reason, such as `KMS.DisabledException` or `ENOSPC`: a stable code that may be logged
    /// and recorded, never a file name, an address or a secret.
    package let reason: String?
    /// What else decides what to do about it.
    package let detail: Detail?
    /// What lies beneath, for `debug` logs only.
    package let underlying: (any Error)?
    /// How long to wait before trying again, where somebody said so.
    package let retryAfter: Duration?

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - name: the stable name.
    ///   - message: one sentence for people.
    ///   - reason: the other side's code. What does not look like a code is dropped: it may come from outside.
    ///   - detail: what else decides what to do about it.
    ///   - underlying: what lies beneath.
    ///   - retryAfter: how long to wait before trying again.
    package init(
        _ name: Name,
        _ message: String,
        reason: String? = nil,
        detail: Detail? = nil,
        underlying: (any Error)? = nil,
        retryAfter: Duration? = nil
    ) {
        self.name = name
        self.message = message
        self.reason = reason.flatMap { Self.isCode($0) ? $0 : nil }
        self.detail = detail
        self.underlying = underlying
        self.retryAfter = retryAfter
    }

    /// The same error in other words, or with another wait.
    package func with(message: String? = nil, retryAfter: Duration? = nil) -> SyncError {
        SyncError(
            name,
            message ?? self.message,
            reason: reason,
            detail: detail,
            underlying: underlying,
            retryAfter: retryAfter ?? self.retryAfter
        )
    }

    /// The error of a range whose content is no longer the one that was opened.
    package static func contentChanged(_ message: String) -> SyncError {
        SyncError(.sourceUnavailable, message, detail: .contentChanged)
    }

    /// Whether a text can be a code: up to 64 ASCII letters, digits, `.`, `_`, `-` and `:`.
    private static func isCode(_ text: String) -> Bool {
        guard (1...64).contains(text.utf8.count) else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"),
                UInt8(ascii: ":"):
                true
            default:
                false
            }
        }
    }

    /// Whether the same thing may succeed a little later.
    package var isRetryable: Bool {
        name == .throttled || name == .sourceUnavailable || name == .storeUnavailable
    }

    /// Whether the error concerns one file only, so that its batch goes on.
    package var concernsOneFile: Bool {
        name == .corruptContent || name == .nameRefused || name == .tooLarge || name == .sourceGone
            || name == .fileUnavailable || name == .storeRefused
    }

    package var description: String { "\(name.rawValue): \(message)" }
}
