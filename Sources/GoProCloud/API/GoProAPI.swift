import FoundationEssentials
import HTTPTransport
import Logging
import NIOCore
import NIOHTTP1
import SyncCore

/// The service's REST interface. Redirects are never followed, and nothing but JSON is taken for an answer: a sign-in page
/// comes with status 200.
struct GoProAPI: Sendable {
    /// Lies beneath the error of an answer with status 500, which may also mean a dead token.
    struct ServerFault: Error {}
    /// Lies beneath the error of an answer that is no JSON of the known shape.
    struct Malformed: Error {}
    /// Lies beneath the error of a refresh token that was refused.
    struct RefreshTokenRefused: Error {}

    private static let attempts = 3
    private static let largestAnswer = 16 << 20
    private static let timeout: Duration = .seconds(25)
    private static let mediaType = "application/vnd.gopro.jk.media+json; version=2.0.0"

    let baseURL: String
    let executor: any HTTPExecutor
    let clock: any WallClock
    let random: @Sendable () -> Double

    private var retry: TransientRetry { TransientRetry(attempts: Self.attempts, clock: clock, random: random) }

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
            return try await retry(logger) { try await getOnce(path, as: type, credential, logger) }
        } catch let error as SyncError where error.underlying is Malformed {
            throw SyncError(.protocolChanged, error.message, underlying: error.underlying)
        } catch let error as SyncError where error.underlying is ServerFault && credential.mayBeDead(at: clock.now) {
            if path != .check, try await isAlive(credential, logger) { throw error }
            throw SyncError(.tokenExpired, "GoPro answers with server faults, as it does to a token that has run out")
        }
    }

    /// Whether the cheapest request there is works with the token.
    private func isAlive(_ credential: GoProCredential, _ logger: Logger) async throws -> Bool {
        do {
            _ = try await getOnce(.check, as: ListingAnswer.self, credential, logger)
            return true
        } catch let error as SyncError where error.underlying is ServerFault || error.name == .tokenExpired {
            return false
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
        let (status, answerHeaders, body) = try await send(.init(url: baseURL + path.text, headers: headers), logger)
        if let error = Self.error(status: status, answerHeaders) { throw error }
        guard let answer = try? JSONDecoder().decode(type, from: body) else {
            throw SyncError(
                .sourceUnavailable,
                "GoPro's answer is not the JSON that it used to be; the interface may have changed",
                underlying: Malformed()
            )
        }
        return answer
    }

    private func send(
        _ request: HTTPRequest,
        _ logger: Logger
    ) async throws -> (status: Int, headers: HTTPHeaders, body: Data) {
        do {
            let response = try await executor.execute(request, timeout: Self.timeout, logger: logger)
            let body = try await response.collect(upTo: Self.largestAnswer)
            return (response.status, response.headers, Data(body.readableBytesView))
        } catch let error as TransportError {
            throw SyncError(error, reaching: "GoPro")
        }
    }

    /// What a status means that is no success.
    private static func error(status: Int, _ headers: HTTPHeaders) -> SyncError? {
        switch status {
        case 200..<300: nil
        case 300..<400:
            SyncError(
                .sourceUnavailable,
                "GoPro sends requests elsewhere, as to a sign-in page",
                underlying: Malformed()
            )
        case 401: SyncError(.tokenExpired, "GoPro refuses the token")
        case 403:
            SyncError(
                .subscriptionExpired,
                "GoPro forbids access; check that the account's subscription is paid and that it can sign in"
            )
        case 404: SyncError(.sourceGone, "a medium is gone at the source")
        case 406, 415: SyncError(.protocolChanged, "GoPro no longer takes the media type that Obsync asks for")
        case 410:
            SyncError(
                .protocolChanged,
                "GoPro has retired the version of its interface that Obsync speaks; update Obsync"
            )
        case 429: SyncError(.throttled, "GoPro asks for fewer requests", retryAfter: headers.retryAfter)
        case 500: SyncError(.sourceUnavailable, "GoPro answers with status 500", underlying: ServerFault())
        case 501...: SyncError(.sourceUnavailable, "GoPro answers with status \(status)")
        default: SyncError(.protocolChanged, "GoPro answers with status \(status), which is not known")
        }
    }
}

extension GoProAPI {
    /// Exchanges a refresh token for a new pair. The old one may die with its first use.
    ///
    /// - Throws: `AuthenticationFailed`, with ``RefreshTokenRefused`` beneath where it is the token that was refused.
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
        return try await retry(logger) {
            let (status, headers, body) = try await send(request, logger)
            return try Self.tokens(status: status, headers, body)
        }
    }

    private static func tokens(status: Int, _ headers: HTTPHeaders, _ body: Data) throws -> TokenAnswer {
        struct Refusal: Decodable { var error: String }
        let refusal = try? JSONDecoder().decode(Refusal.self, from: body)
        if refusal?.error == "invalid_client" {
            throw SyncError(
                .authenticationFailed,
                "GoPro refuses the client; check the secret's fields client_id and client_secret"
            )
        }
        if refusal?.error == "invalid_grant" || status == 400 || status == 401 {
            throw SyncError(
                .authenticationFailed,
                "GoPro refuses the refresh token; sign in again and put the new one into the secret's field refresh_token",
                underlying: RefreshTokenRefused()
            )
        }
        if status == 429 || status >= 500, let error = error(status: status, headers) { throw error }
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
