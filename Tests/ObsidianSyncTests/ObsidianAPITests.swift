import HTTPTransport
import NIOHTTP1
import SyncCore
import TestSupport
import Testing

@testable import ObsidianSync

@Suite("REST calls")
struct ObsidianAPITests {
    private let clock = ManualClock()
    private static let vaults = #"{"vaults":[{"id":"a","name":"A","host":"h","salt":"s"}],"shared":[]}"#

    private func api(_ http: RecordedHTTP) -> ObsidianAPI {
        ObsidianAPI(baseURL: "https://api.example", executor: http, clock: clock, random: { 0.5 })
    }

    private func list(_ http: RecordedHTTP) async throws -> [ListedVault] {
        try await api(http).vaults(token: Hidden.token, quiet)
    }

    @Test("every call is a POST of JSON with User-Agent and Origin, and the token in the body alone")
    func calls() async throws {
        let http = RecordedHTTP([.json(#"{"token":"t"}"#), .json(Self.vaults), .json(#"{"allowed":true}"#)])
        let api = api(http)
        let token = try await api.signIn(email: Hidden.email, password: Hidden.password, code: Hidden.code, quiet)
        #expect(token == "t")
        let vault = try #require(try await api.vaults(token: Hidden.token, quiet).first)
        try await api.checkAccess(vault, keyHash: "ff", token: Hidden.token, quiet)

        let paths = ["/user/signin", "/vault/list", "/vault/access"]
        #expect(http.requests.map(\.url) == paths.map { "https://api.example\($0)" })
        for request in http.requests {
            #expect(request.method == .POST)
            #expect(request.headers["Content-Type"] == ["application/json"])
            #expect(request.headers["User-Agent"].first?.hasPrefix("obsync/") == true)
            #expect(request.headers["Origin"] == ["https://obsidian.md"])
            #expect(!request.headers.contains { $0.value.contains("hidden") })
            #expect(!request.headers.contains(name: "Authorization"))
        }
        #expect(clock.sleeps.isEmpty)
    }

    @Test("the bodies have the fields of the protocol")
    func bodies() async throws {
        let http = RecordedHTTP([.json(#"{"token":"t"}"#), .json(Self.vaults), .json("{}")])
        let api = api(http)
        _ = try await api.signIn(email: "e", password: "p", code: "123456", quiet)
        let vault = try #require(try await api.vaults(token: "t", quiet).first)
        try await api.checkAccess(vault, keyHash: "ff", token: "t", quiet)
        func fields(_ index: Int) throws -> [String: JSON] {
            try FunctionJSON.decode(JSON.self, from: Array(http.requests[index].text.utf8)).members
        }
        #expect(try fields(0) == ["email": .string("e"), "password": .string("p"), "mfa": .string("123456")])
        #expect(try fields(1) == ["token": .string("t"), "supported_encryption_version": .integer(3)])
        #expect(
            try fields(2) == [
                "token": .string("t"), "vault_uid": .string("a"), "keyhash": .string("ff"), "host": .string("h"),
                "encryption_version": .integer(0),
            ]
        )
    }

    @Test(
        "own and shared vaults are listed once each; either list can be null or missing",
        arguments: [
            (#"{"vaults":[],"shared":[]}"#, [String]()),
            (#"{"vaults":null,"shared":null}"#, []),
            ("{}", []),
            (#"{"shared":[{"id":"s","host":"h","salt":"x"}]}"#, ["s"]),
            (#"{"vaults":[{"id":1,"host":"h","salt":"x"}],"shared":null,"limit":5}"#, ["1"]),
            (
                #"{"vaults":[{"id":"a","host":"h","salt":"x"}],"shared":[{"id":"a","host":"i","salt":"x"},{"id":"b","host":"h","salt":"x"}]}"#,
                ["a", "b"]
            ),
        ]
    )
    func lists(json: String, ids: [String]) async throws {
        #expect(try await list(RecordedHTTP([.json(json)])).map(\.id.rawValue) == ids)
    }

    @Test(
        "an error in the answer is one whatever the status, and is not tried again",
        arguments: [200, 400, 401, 429, 500]
    )
    func applicationError(status: Int) async throws {
        let http = RecordedHTTP([.response(status: status, body: #"{"error":"Not logged in"}"#)])
        let error = try await syncError(.tokenExpired) { try await list(http) }
        Hidden.expectAbsent(in: error)
        #expect(http.answersLeft == 0)
        #expect(clock.sleeps.isEmpty)
    }

    @Test(
        "HTML, server faults and redirects are transient",
        arguments: [
            (200, "<html>Gateway</html>"), (200, ""), (500, "{}"), (502, "<html></html>"), (503, ""),
            (504, "<html></html>"),
            (301, ""), (302, "{}"), (307, "{}"), (308, "{}"), (404, "{}"), (403, "<html></html>"),
        ]
    )
    func transient(status: Int, body: String) async throws {
        let answer = RecordedHTTP.Answer.response(
            status: status,
            headers: ["Location": "https://elsewhere.example/"],
            body: body
        )
        let http = RecordedHTTP([answer, answer, answer])
        let error = try await syncError(.sourceUnavailable) { try await list(http) }
        #expect(error.isRetryable)
        Hidden.expectAbsent(in: error)
        #expect(http.requests.count == 3)
        #expect(Set(http.requests.map(\.url)) == ["https://api.example/vault/list"])
        #expect(clock.sleeps == [.seconds(1), .seconds(2)])
    }

    @Test("a transient failure is overcome by the second or third try")
    func recovery() async throws {
        let broken = RecordedHTTP.Answer.failure(TransportError(.connectionLost, message: "the connection broke"))
        let http = RecordedHTTP([broken, .response(status: 503, body: ""), .json(Self.vaults)])
        #expect(try await list(http).count == 1)
        #expect(clock.sleeps == [.seconds(1), .seconds(2)])
    }

    @Test("no answer at all is transient too")
    func noAnswer() async throws {
        let broken = RecordedHTTP.Answer.failure(TransportError(.timedOut, message: "no answer came in time"))
        let error = try await syncError(.sourceUnavailable) { try await list(RecordedHTTP([broken, broken, broken])) }
        #expect(error.underlying is TransportError)
        Hidden.expectAbsent(in: error)
    }

    @Test("a wait that the service asks for is left to the caller")
    func retryAfter() async throws {
        let http = RecordedHTTP([.response(status: 429, headers: ["Retry-After": "17"], body: "")])
        let error = try await syncError(.throttled) { try await list(http) }
        #expect(error.retryAfter == .seconds(17))
        #expect(clock.sleeps.isEmpty)
        let overloaded = RecordedHTTP([.json(#"{"error":"Server overloaded, please try again later"}"#)])
        #expect(try await syncError(.throttled) { try await list(overloaded) }.retryAfter == .seconds(300))
        #expect(clock.sleeps.isEmpty)
    }

    @Test("without a readable Retry-After, 429 is tried again", arguments: ["Wed, 21 Oct 2026 07:28:00 GMT", "soon"])
    func unreadableRetryAfter(value: String) async throws {
        let busy = RecordedHTTP.Answer.response(status: 429, headers: ["Retry-After": value], body: "")
        try await syncError(.throttled) { try await list(RecordedHTTP([busy, busy, busy])) }
        #expect(clock.sleeps.count == 2)
    }

    @Test(
        "a missing field or another type has changed the protocol, and is not tried again",
        arguments: [
            #"{"vaults":{}}"#, #"{"vaults":[{"id":"a","host":"h"}]}"#,
            #"{"vaults":[{"id":"../a","host":"h","salt":"s"}]}"#,
            "[]", "5", "null",
        ]
    )
    func changedProtocol(json: String) async throws {
        let error = try await syncError(.protocolChanged) { try await list(RecordedHTTP([.json(json)])) }
        Hidden.expectAbsent(in: error)
        #expect(clock.sleeps.isEmpty)
    }

    @Test("a sign-in without a token has changed the protocol", arguments: ["{}", #"{"token":5}"#, #"{"token":null}"#])
    func noToken(json: String) async throws {
        let error = try await syncError(.protocolChanged) {
            try await api(RecordedHTTP([.json(json)]))
                .signIn(email: Hidden.email, password: Hidden.password, code: Hidden.code, quiet)
        }
        Hidden.expectAbsent(in: error)
    }
}
