import Clocks
import FoundationEssentials
import HTTPTransport
import Logging
import NIOCore
import NIOHTTP1
import SyncCore

/// The service's REST interface. Redirects are never followed, and nothing but JSON is taken for an answer: a sign-in page
/// comes with status 200.
struct GoProAPI: Sendable {
    private static let attempts = 3
    private static let backoff = Backoff(first: .seconds(2), longest: .seconds(64))
    /// How often something is asked that is answered with requests for quiet. The deadline is the better limit.
    private static let attemptsWhereThrottled = 20
    private static let largestAnswer = 16 << 20
    private static let timeout: Duration = .seconds(25)
    private static let mediaType = "application/vnd.gopro.jk.media+json; version=2.0.0"

    let baseURL: String
    let executor: any HTTPExecutor
    let clock: any WallClock
    let random: @Sendable () -> Double
    /// Every request waits for its turn here.
    let limit: RateLimit
    /// When the call has to be done that asks; nil where nobody said so.
    var deadline: Timestamp?

    /// An answer that is no success.
    private struct Refusal: Error {
        /// What else it may mean.
        enum Kind {
            /// Nothing else.
            case plain
            /// A dead token has been seen to be answered like this.
            case serverFault
            /// Access is forbidden: to this account, or with this token.
            case forbidden
            /// There is a page for people, as they are sent to who are not signed in.
            case page
            /// There is something that is not the JSON it used to be.
            case malformed
        }

        var kind = Kind.plain
        var error: SyncError
    }

    /// Asks for something, and again after transient errors.
    ///
    /// - Throws: `TokenExpired`, `SourceGone` for a medium that is not there, `SubscriptionExpired`, `Throttled`,
    ///   `SourceUnavailable`, `ProtocolChanged`.
    func get<Answer: Decodable>(
        _ path: GoProPath,
        as type: Answer.Type,
        _ credential: GoProCredential,
        _ logger: Logger
    ) async throws -> Answer {
        do {
            return try await patiently(logger) { try await getOnce(path, as: type, credential, logger) }
        } catch let refusal as Refusal {
            let mayBeDead = credential.refusalMayMeanDead(at: clock.now)
            switch refusal.kind {
            case .plain: throw refusal.error
            case .forbidden: throw mayBeDead ? SyncError(.tokenExpired, refusal.error.message) : refusal.error
            case .page where mayBeDead: throw SyncError(.tokenExpired, refusal.error.message)
            case .page, .malformed: throw SyncError(.protocolChanged, refusal.error.message)
            case .serverFault:
                guard credential.faultMayMeanDead(at: clock.now) else { throw refusal.error }
                if path != .check, try await isAlive(credential, logger) { throw refusal.error }
                throw SyncError(
                    .tokenExpired,
                    "GoPro answers with server faults, as it does to a token that has run out"
                )
            }
        }
    }

    /// Whether the cheapest request there is works with the token.
    private func isAlive(_ credential: GoProCredential, _ logger: Logger) async throws -> Bool {
        do {
            _ = try await getOnce(.check, as: ListingAnswer.self, credential, logger)
            return true
        } catch let refusal as Refusal {
            guard refusal.kind == .serverFault || refusal.error.name == .tokenExpired else { throw refusal.error }
            return false
        }
    }

    /// Runs `ask`, and again after errors that may pass, as long as the deadline allows. Where the service says how long it
    /// wants quiet, nothing is sent for so long.
    private func patiently<Result>(_ logger: Logger, _ ask: () async throws -> Result) async throws -> Result {
        var attempt = 1
        while true {
            let (error, thrown): (SyncError, any Error)
            do {
                return try await ask()
            } catch let refusal as Refusal where refusal.error.isRetryable {
                (error, thrown) = (refusal.error, refusal)
            } catch let failure as SyncError where failure.isRetryable {
                (error, thrown) = (failure, failure)
            }
            let isThrottled = error.name == .throttled || error.retryAfter != nil
            // A date that has passed, by one clock or another, is no reason to ask at once.
            let pause =
                error.retryAfter.map { max($0, .seconds(1)) } ?? Self.backoff.wait(after: attempt, part: random())
            if isThrottled, thrown is Refusal { await limit.keepQuiet(for: pause) }
            let attempts = isThrottled && deadline != nil ? Self.attemptsWhereThrottled : Self.attempts
            let isInTime = deadline.map { clock.now.advanced(by: pause) < $0 } ?? (error.retryAfter == nil)
            guard attempt < attempts, isInTime else { throw thrown }
            logger.debug(
                "request failed",
                metadata: [LogKey.attempt: "\(attempt)", LogKey.errorType: "\(error.name.rawValue)"]
            )
            if !isThrottled { try await clock.sleep(for: pause) }
            attempt += 1
        }
    }

    private func getOnce<Answer: Decodable>(
        _ path: GoProPath,
        as type: Answer.Type,
        _ credential: GoProCredential,
        _ logger: Logger
    ) async throws -> Answer {
        guard let token = credential.accessToken else {
            throw SyncError(.tokenExpired, "the secret holds no access token yet")
        }
        let headers: HTTPHeaders = [
            "Accept": Self.mediaType, "Authorization": "Bearer \(token)", "User-Agent": "obsync/1.0",
        ]
        let (status, answerHeaders, body) = try await send(
            .init(url: baseURL + path.text, headers: headers),
            logger
        )
        if let failure = failure(status: status, answerHeaders) { throw failure }
        if let answer = try? JSONDecoder().decode(type, from: body) { return answer }
        // A page for people begins with a tag.
        let isPage = body.first { $0 > 0x20 } == UInt8(ascii: "<")
        throw Refusal(
            kind: isPage ? .page : .malformed,
            error: SyncError(
                .sourceUnavailable,
                isPage
                    ? "GoPro answers with a web page, as it does to a token that has run out"
                    : "GoPro's answer is not the JSON that it used to be; the interface may have changed"
            )
        )
    }

    private func send(
        _ request: HTTPRequest,
        _ logger: Logger
    ) async throws -> (status: Int, headers: HTTPHeaders, body: Data) {
        try await limit.wait(until: deadline)
        do {
            let response = try await executor.execute(request, timeout: Self.timeout, logger: logger)
            let body = try await response.collect(upTo: Self.largestAnswer)
            return (response.status, response.headers, Data(body.readableBytesView))
        } catch let error as TransportError {
            throw SyncError(error, reaching: "GoPro")
        }
    }

    /// What a status means that is no success.
    private func failure(status: Int, _ headers: HTTPHeaders) -> Refusal? {
        let wait = headers.retryAfter(now: clock.now.milliseconds / 1000)
        func plain(_ name: SyncError.Name, _ message: String) -> Refusal {
            Refusal(error: SyncError(name, message, reason: "HTTP-\(status)", retryAfter: wait))
        }
        return switch status {
        case 200..<300: nil
        case 300..<400:
            Refusal(
                kind: .page,
                error: SyncError(
                    .protocolChanged,
                    "GoPro sends requests elsewhere, as it does to a token that has run out"
                )
            )
        case 401: plain(.tokenExpired, "GoPro refuses the token")
        case 403:
            Refusal(
                kind: .forbidden,
                error: SyncError(
                    .subscriptionExpired,
                    "GoPro forbids access; check that the account's subscription is paid and that it can sign in",
                    reason: "HTTP-403"
                )
            )
        case 404: plain(.sourceGone, "a medium is gone at GoPro")
        case 406, 415: plain(.protocolChanged, "GoPro no longer takes the media type that Obsync asks for")
        case 410:
            plain(
                .protocolChanged,
                "GoPro has retired the version of its interface that Obsync speaks; update Obsync"
            )
        case 429: plain(.throttled, "GoPro asks for fewer requests")
        case 500:
            Refusal(
                kind: .serverFault,
                error: SyncError(.sourceUnavailable, "GoPro answers with status 500", reason: "HTTP-500")
            )
        case 501...: plain(.sourceUnavailable, "GoPro answers with status \(status)")
        default: plain(.protocolChanged, "GoPro answers with status \(status), which is not known")
        }
    }
}

extension GoProAPI {
    /// Exchanges a refresh token for a new pair. The old one may die with its first use.
    ///
    /// - Throws: `AuthenticationFailed`; `Throttled`, `SourceUnavailable`, `ProtocolChanged`.
    func refresh(
        _ refreshToken: String,
        clientID: String,
        clientSecret: String,
        _ logger: Logger
    ) async throws -> TokenAnswer {
        let fields = [
            ("grant_type", "refresh_token"), ("client_id", clientID), ("client_secret", clientSecret),
            ("refresh_token", refreshToken),
        ]
        let form = fields.map { "\($0)=\($1.formEncoded)" }.joined(separator: "&")
        let request = HTTPRequest(
            method: .POST,
            url: baseURL + GoProPath.token.text,
            headers: [
                "Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded",
                "User-Agent": "obsync/1.0",
            ],
            body: .bytes(ByteBuffer(string: form))
        )
        do {
            return try await patiently(logger) {
                let (status, headers, body) = try await send(request, logger)
                return try tokens(status: status, headers, body)
            }
        } catch let refusal as Refusal {
            throw refusal.error
        }
    }

    private func tokens(status: Int, _ headers: HTTPHeaders, _ body: Data) throws -> TokenAnswer {
        struct Stated: Decodable { var error: String }
        let stated = try? JSONDecoder().decode(Stated.self, from: body)
        if stated?.error == "invalid_client" {
            throw SyncError(
                .authenticationFailed,
                "GoPro refuses the client; check the secret's fields client_id and client_secret"
            )
        }
        if stated?.error == "invalid_grant" || status == 400 || status == 401 {
            throw SyncError(
                .authenticationFailed,
                "GoPro refuses the refresh token; sign in again and put the new one into the secret's field refresh_token"
            )
        }
        if status == 429 || status >= 500, let failure = failure(status: status, headers) { throw failure }
        guard let tokens = try? JSONDecoder().decode(TokenAnswer.self, from: body) else {
            throw SyncError(
                .protocolChanged,
                "GoPro's token endpoint answers with status \(status) and without a token"
            )
        }
        return tokens
    }
}

extension String {
    /// The text as a value of a form.
    fileprivate var formEncoded: String {
        utf8.reduce(into: "") { text, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                text += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
    }
}
