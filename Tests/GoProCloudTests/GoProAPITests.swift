import Clocks
import HTTPTransport
import NIOHTTP1
import SyncCore
import TestSupport
import Testing

@testable import GoProCloud

@Suite("requests to the API and what its answers mean")
struct GoProAPITests {
    private static let emptyPage = #"{"_pages": {"total_items": 0}, "_embedded": {"media": []}}"#
    private static let page = RecordedHTTP.Answer.json(emptyPage)

    private static func api(_ http: RecordedHTTP, _ clock: ManualClock) -> GoProAPI {
        GoProAPI(
            baseURL: "https://api.example",
            executor: http,
            clock: clock,
            random: { 0.5 },
            limit: RateLimit(perSecond: 0, clock: clock)
        )
    }

    private func get(
        _ answers: [RecordedHTTP.Answer],
        clock: ManualClock = ManualClock(),
        secret: [String: JSON] = ["access_token": .string("token-1")],
        path: GoProPath = .search(page: 2, perPage: 50),
        deadline: Timestamp? = nil
    ) async throws -> (ListingAnswer, RecordedHTTP) {
        let http = RecordedHTTP(answers)
        var api = Self.api(http, clock)
        api.deadline = deadline
        let answer = try await api.get(path, as: ListingAnswer.self, try GoProCredential(Secret(secret)), quiet)
        #expect(http.answersLeft == 0)
        return (answer, http)
    }

    private func error(
        _ answers: [RecordedHTTP.Answer],
        clock: ManualClock = ManualClock(),
        secret: [String: JSON] = ["access_token": .string("token-1")]
    ) async -> SyncError? {
        let error = await #expect(throws: SyncError.self) { try await get(answers, clock: clock, secret: secret) }
        if let error { #expect(!"\(error)".contains("token-1")) }
        return error
    }

    private func status(_ status: Int, _ body: String = "", _ headers: HTTPHeaders = [:]) -> RecordedHTTP.Answer {
        .response(status: status, headers: headers, body: body)
    }

    @Test("a page is asked for with the vendor's media type and a bearer, and no origin")
    func request() async throws {
        let (_, http) = try await get([Self.page])
        let request = try #require(http.requests.first)
        #expect(request.method == .GET)
        #expect(request.url.hasPrefix("https://api.example/media/search?fields=id,filename,"))
        #expect(request.url.hasSuffix("&order_by=created_at&per_page=50&page=2"))
        #expect(request.headers["Authorization"] == ["Bearer token-1"])
        #expect(request.headers["Accept"] == ["application/vnd.gopro.jk.media+json; version=2.0.0"])
        #expect(
            request.headers["Origin"].isEmpty && request.headers["Referer"].isEmpty && request.headers["Cookie"].isEmpty
        )
    }

    @Test(
        "a status has one meaning",
        arguments: [
            (401, SyncError.Name.tokenExpired), (403, .tokenExpired), (404, .sourceGone),
            (406, .protocolChanged),
            (415, .protocolChanged), (410, .protocolChanged), (422, .protocolChanged),
        ]
    )
    func meaning(code: Int, name: SyncError.Name) async {
        #expect(await error([status(code)])?.name == name)
    }

    @Test("a request for fewer requests is passed on with its wait; without one it is tried again with growing waits")
    func throttled() async throws {
        let told = await error([status(429, "", ["Retry-After": "7"])])
        #expect(told?.name == .throttled)
        #expect(told?.retryAfter == .seconds(7))
        let clock = ManualClock()
        _ = try await get([status(429), status(429), Self.page], clock: clock)
        #expect(clock.sleeps == [.seconds(1), .seconds(2)])
        let silent = await error([status(429), status(429), status(429)])
        #expect(silent?.name == .throttled)
    }

    @Test("transient errors are tried again", arguments: [502, 503, 504])
    func transient(code: Int) async throws {
        _ = try await get([status(code), .failure(.init(.connectionLost, message: "x")), Self.page])
        #expect(await error([status(code), status(code), status(code)])?.name == .sourceUnavailable)
    }

    @Test(
        "what is no JSON of the known shape is a changed interface after three tries",
        arguments: [
            "[]", "{}", #"{"_embedded": {"media": []}}"#,
            #"{"_pages": {"total_items": 1}}"#, #"{"_pages": {"total_items": -1}, "_embedded": {"media": []}}"#,
            #"{"_pages": {"total_items": 1}, "_embedded": {"media": [{"filename": "no id"}]}}"#,
        ]
    )
    func malformed(body: String) async throws {
        let answer = status(200, body)
        #expect(await error([answer, answer, answer])?.name == .protocolChanged)
        _ = try await get([answer, answer, Self.page])
    }

    @Test("a redirect is not followed; to a fresh token it is a changed interface")
    func redirect() async {
        let answer = status(302, "", ["Location": "https://gopro.com/login"])
        let clock = ManualClock()
        #expect(await error([answer], clock: clock, secret: fresh(at: clock))?.name == .protocolChanged)
    }

    private func fresh(at clock: ManualClock) -> [String: JSON] {
        [
            "access_token": .string("token-1"), "refresh_token": .string("r"),
            "obtained_at": .string(clock.now.iso8601),
        ]
    }

    @Test(
        "forbidden, a redirect and a sign-in page may mean a dead token, unless it is fresh",
        arguments: [
            (403, 1, SyncError.Name.subscriptionExpired), (302, 1, .protocolChanged), (200, 3, .protocolChanged),
        ]
    )
    func perhapsDead(code: Int, times: Int, whenFresh: SyncError.Name) async {
        let answers = Array(repeating: status(code, "<!DOCTYPE html><h1>Sign in</h1>"), count: times)
        // A captured token has no known age, and neither has one of an earlier release.
        #expect(await error(answers)?.name == .tokenExpired)
        let refreshable: [String: JSON] = ["access_token": .string("token-1"), "refresh_token": .string("r")]
        #expect(await error(answers, secret: refreshable)?.name == .tokenExpired)
        let clock = ManualClock()
        let secret = fresh(at: clock)
        #expect(await error(answers, clock: clock, secret: secret)?.name == whenFresh)
        clock.advance(by: .seconds(61))
        #expect(await error(answers, clock: clock, secret: secret)?.name == .tokenExpired)
    }

    @Test(
        "quiet that is asked for is kept within the call, as long as its deadline allows",
        arguments: ["7", "Mon, 02 Feb 2026 02:40:07 GMT"]
    )
    func keepsQuiet(value: String) async throws {
        let clock = ManualClock()
        let deadline = clock.now.advanced(by: .seconds(60))
        let busy = status(429, "", ["Retry-After": value])
        _ = try await get([busy, busy, Self.page], clock: clock, deadline: deadline)
        // Of a date that has passed by then a second is made.
        #expect(clock.sleeps == [.seconds(7), .seconds(value == "7" ? 7 : 1)])
        let other = ManualClock()
        let late = await #expect(throws: SyncError.self) {
            try await get([busy], clock: other, deadline: other.now.advanced(by: .seconds(5)))
        }
        #expect(late?.name == .throttled)
        #expect(late?.retryAfter == .seconds(7))
    }

    @Test("server faults are a dead token where the cheap check fails too, and a server fault where it works")
    func serverFaults() async throws {
        let refreshable: [String: JSON] = ["access_token": .string("token-1"), "refresh_token": .string("r")]
        let faults = [status(500), status(500), status(500)]
        #expect(await error(faults + [status(500)], secret: refreshable)?.name == .tokenExpired)
        #expect(await error(faults + [status(401)], secret: refreshable)?.name == .tokenExpired)
        #expect(await error(faults + [Self.page], secret: refreshable)?.name == .sourceUnavailable)
        // A captured token cannot be renewed, and a fresh one is not dead.
        #expect(await error(faults)?.name == .sourceUnavailable)
        let clock = ManualClock()
        var fresh = refreshable
        fresh["obtained_at"] = .string(clock.now.iso8601)
        #expect(await error(faults, clock: clock, secret: fresh)?.name == .sourceUnavailable)
    }

    @Test(
        "a secret is read, and what is wrong with it is named",
        arguments: [
            (#"{}"#, "refresh_token"), (#"{"access_token": "a b"}"#, "access_token"),
            (#"{"access_token": "a\nb: c"}"#, "access_token"), (#"{"access_token": 5}"#, "access_token"),
            (#"{"access_token": "a", "expires_at": "soon"}"#, "expires_at"),
        ]
    )
    func secret(json: String, field: String) throws {
        let secret = try Secret(json: Array(json.utf8))
        let error = #expect(throws: SyncError.self) { try GoProCredential(secret) }
        #expect(error?.name == .invalidConfiguration)
        #expect(error?.message.contains(field) == true)
    }

    private func refresh(_ answers: [RecordedHTTP.Answer]) async throws -> (TokenAnswer, RecordedHTTP) {
        let http = RecordedHTTP(answers)
        return (
            try await Self.api(http, ManualClock()).refresh("r&=1", clientID: "id", clientSecret: "s c\u{1}", quiet),
            http
        )
    }

    @Test(
        "a refresh token is exchanged with a form; the lifetime is a number or digits",
        arguments: ["86400", "\"86400\""]
    )
    func refreshes(lifetime: String) async throws {
        let (tokens, http) = try await refresh([
            .json(
                #"{"access_token": "a2", "refresh_token": "r2", "expires_in": \#(lifetime), "resource_owner_id": "u"}"#
            )
        ])
        #expect(http.requests.map(\.method) == [.POST])
        #expect(http.requests[0].url == "https://api.example/v1/oauth2/token")
        #expect(
            http.requests[0].text
                == "grant_type=refresh_token&client_id=id&client_secret=s%20c%01&refresh_token=r%26%3D1"
        )
        let now = Timestamp(milliseconds: 0)
        let secret = tokens.stored(in: Secret(["mine": .string("kept")]), now: now)
        #expect(try secret.text("access_token") == "a2")
        #expect(try secret.text("refresh_token") == "r2")
        #expect(try secret.text("expires_at") == "1970-01-02T00:00:00Z")
        #expect(try secret.text("user_id") == "u")
        #expect(try secret.text("mine") == "kept")
    }

    @Test("where no new refresh token comes, the old one stays")
    func keepsOld() async throws {
        let (tokens, _) = try await refresh([.json(#"{"access_token": "a2"}"#)])
        let secret = tokens.stored(in: Secret(["refresh_token": .string("r1")]), now: Timestamp(milliseconds: 0))
        #expect(try secret.text("refresh_token") == "r1")
        #expect(try secret.text("expires_at") == nil)
    }

    @Test("a refused client and a refused token are told apart; what is transient is tried again")
    func refusals() async throws {
        let client = await #expect(throws: SyncError.self) {
            try await refresh([status(401, #"{"error": "invalid_client"}"#)])
        }
        #expect(client?.name == .authenticationFailed)
        #expect(client?.message.contains("client_id") == true)
        for code in [400, 401] {
            let token = await #expect(throws: SyncError.self) {
                try await refresh([status(code, #"{"error": "invalid_grant"}"#)])
            }
            #expect(token?.name == .authenticationFailed)
            #expect(token?.message.contains("refresh_token") == true)
        }
        _ = try await refresh([status(503), status(429), .json(#"{"access_token": "a2"}"#)])
        let changed = await #expect(throws: SyncError.self) { try await refresh([.json("{}")]) }
        #expect(changed?.name == .protocolChanged)
    }
}
