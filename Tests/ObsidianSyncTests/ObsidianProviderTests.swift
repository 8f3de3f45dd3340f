import Clocks
import SyncCore
import TestSupport
import Testing

@testable import ObsidianSync

@Suite("The provider")
struct ObsidianProviderTests {
    // The beginning of a step of one-time codes, and twelve seconds.
    private let clock = ManualClock(now: Timestamp(milliseconds: 1_234_567_902_000))

    private func provider(_ http: RecordedHTTP) -> ObsidianProvider {
        ObsidianProvider(.init(), executor: http, clock: clock, random: { 0.5 })
    }

    private static func secret(totp: String? = nil, token: String? = Hidden.token) -> Secret {
        var auth: [String: JSON] = ["email": .string(Hidden.email), "password": .string(Hidden.password)]
        if let totp { auth["totp_secret"] = .string(totp) }
        var fields: [String: JSON] = ["provider": .string("obsidian"), "auth": .object(auth), "mine": .integer(1)]
        if let token { fields["token"] = .object(["value": .string(token)]) }
        return Secret(fields)
    }

    private static let wrongCode = RecordedHTTP.Answer.json(#"{"error":"2FA code is incorrect."}"#)
    private static let signedIn = RecordedHTTP.Answer.json(#"{"token":"fresh","email":"e","name":"n","license":""}"#)

    @Test("it has the name of the secret's field, and works on three batches at once")
    func properties() {
        #expect(provider(RecordedHTTP([])).name == "obsidian")
        #expect(provider(RecordedHTTP([])).defaultConcurrency == 3)
    }

    @Test("a token that lists vaults is valid, and nothing says for how long")
    func valid() async throws {
        let http = RecordedHTTP([
            .json(#"{"vaults":[{"id":"a","host":"h","salt":"s"}],"shared":[{"id":"b","host":"h","salt":"s"}]}"#)
        ])
        #expect(try await provider(http).check(Self.secret(), logger: quiet) == .valid(vaults: 2, expires: nil))
    }

    @Test("a token that the service refuses is refused; without one nothing is asked")
    func refused() async throws {
        let http = RecordedHTTP([.json(#"{"error":"Not logged in"}"#)])
        #expect(try await provider(http).check(Self.secret(), logger: quiet) == .refused)
        #expect(try await provider(http).check(Self.secret(token: nil), logger: quiet) == .refused)
        #expect(http.requests.count == 1)
    }

    @Test("a service that is down says nothing of the token")
    func down() async throws {
        let down = RecordedHTTP.Answer.response(status: 503, body: "")
        try await syncError(.sourceUnavailable) {
            try await provider(RecordedHTTP([down, down, down])).check(Self.secret(), logger: quiet)
        }
    }

    @Test("a new token is put into the secret beside everything that was there")
    func renew() async throws {
        let http = RecordedHTTP([Self.signedIn])
        let renewed = try await provider(http).renew(Self.secret(), logger: quiet)
        #expect(try renewed.text("token", "value") == "fresh")
        #expect(try renewed.text("token", "obtained_at") == clock.now.iso8601)
        #expect(try renewed.text("auth", "password") == Hidden.password)
        #expect(String(decoding: try renewed.json, as: UTF8.self).contains(#""mine":1"#))
        #expect(http.requests.first?.text.contains(#""mfa":"""#) == true)
    }

    @Test("the code of the moment goes along")
    func code() async throws {
        let http = RecordedHTTP([Self.signedIn])
        _ = try await provider(http).renew(Self.secret(totp: "JBSW Y3DP EHPK 3PXP"), logger: quiet)
        let expected = try TOTP(secret: "JBSWY3DPEHPK3PXP").code(at: clock.now)
        #expect(http.requests.first?.text.contains(#""mfa":"\#(expected)""#) == true)
        #expect(clock.sleeps.isEmpty)
    }

    @Test("a refused code is followed by the next one, when its step has begun")
    func secondCode() async throws {
        let http = RecordedHTTP([Self.wrongCode, Self.signedIn])
        let renewed = try await provider(http).renew(Self.secret(totp: "JBSWY3DPEHPK3PXP"), logger: quiet)
        #expect(try renewed.text("token", "value") == "fresh")
        #expect(clock.sleeps == [.seconds(18)])
        let codes = Set(http.requests.map(\.text))
        #expect(codes.count == 2)
    }

    @Test("two refused codes are enough")
    func twoWrongCodes() async throws {
        let http = RecordedHTTP([Self.wrongCode, Self.wrongCode, Self.signedIn])
        let error = try await syncError(.authenticationFailed) {
            try await provider(http).renew(Self.secret(totp: "JBSWY3DPEHPK3PXP"), logger: quiet)
        }
        Hidden.expectAbsent(in: error)
        #expect(http.answersLeft == 1)
    }

    @Test("a refused password is not tried twice without codes")
    func wrongPassword() async throws {
        let http = RecordedHTTP([.json(#"{"error":"Login failed, please double check your email and password."}"#)])
        let error = try await syncError(.authenticationFailed) {
            try await provider(http).renew(Self.secret(), logger: quiet)
        }
        Hidden.expectAbsent(in: error)
        #expect(clock.sleeps.isEmpty)
    }

    @Test("a field of the secret that is missing is named", arguments: ["email", "password"])
    func missingField(field: String) async throws {
        let secret = Self.secret().setting(.null, at: "auth", field)
        let error = try await syncError(.invalidConfiguration) {
            try await provider(RecordedHTTP([])).renew(secret, logger: quiet)
        }
        #expect(error.message.contains("auth.\(field)"))
    }

    @Test("the secret says whether a new token can be had, and nothing of how long one lasts")
    func facts() throws {
        let provider = provider(RecordedHTTP([]))
        #expect(try provider.token(in: Self.secret()) == TokenFacts())
        for field in ["email", "password"] {
            let facts = try provider.token(in: Self.secret().setting(.null, at: "auth", field))
            #expect(!facts.isRenewable)
            #expect(facts.expires == nil)
        }
    }

    @Test(
        "a field that cannot be what it is is named before anybody is asked, and not repeated",
        arguments: [
            ("auth.totp_secret", Self.secret(totp: "s3cret!")), ("auth.totp_secret", Self.secret(totp: "===")),
            ("auth.totp_secret", Self.secret().setting(.integer(5), at: "auth", "totp_secret")),
            ("auth.email", Self.secret().setting(.array([.string("s3cret")]), at: "auth", "email")),
            ("auth.password", Self.secret().setting(.bool(true), at: "auth", "password")),
            ("auth", Self.secret().setting(.string("s3cret"), at: "auth")),
            ("token", Self.secret().setting(.string("s3cret"), at: "token")),
            ("token.value", Self.secret().setting(.integer(1), at: "token", "value")),
        ]
    )
    func wrongFields(field: String, secret: Secret) throws {
        let error = #expect(throws: SyncError.self) { try provider(RecordedHTTP([])).token(in: secret) }
        #expect(error?.name == .invalidConfiguration)
        #expect(error?.message.contains("field \(field) is") == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("s3cret") == false)
    }

    @Test("without a token no library is opened")
    func noToken() async throws {
        try await syncError(.tokenExpired) {
            try await provider(RecordedHTTP([])).withLibrary(Self.secret(token: nil), logger: quiet) { _ in }
        }
    }

    @Test("a library lists the account's vaults")
    func library() async throws {
        let http = RecordedHTTP([.json(#"{"vaults":[{"id":"a","name":"A","host":"h","salt":"s"}]}"#)])
        let vaults = try await provider(http).withLibrary(Self.secret(), logger: quiet) { try await $0.vaults() }
        #expect(vaults.map(\.id.rawValue) == ["a"])
    }

    @Test("settings come from the environment")
    func environment() throws {
        let settings = try ObsidianProvider.Configuration(environment: [
            "OBSIDIAN_API_URL": "http://127.0.0.1:8080/", "OBSYNC_ALLOW_HOSTS": "one.example, two.example:9000",
        ])
        #expect(settings.apiURL == "http://127.0.0.1:8080")
        #expect(try settings.hosts.endpoint(for: "one.example").port == 443)
        #expect(try settings.hosts.endpoint(for: "two.example:9000").port == 9000)
        let unset = try ObsidianProvider.Configuration(environment: ["OBSIDIAN_API_URL": ""])
        #expect(unset.apiURL == "https://api.obsidian.md")
    }

    @Test("the number of sockets and the encryption version of older servers can be set")
    func numbers() throws {
        let usual = try ObsidianProvider.Configuration(environment: [:])
        #expect(usual.sockets == 1)
        #expect(usual.assumedEncryptionVersion == nil)
        let settings = try ObsidianProvider.Configuration(
            environment: ["OBSIDIAN_SOCKETS": "8", "OBSIDIAN_ENCRYPTION_VERSION": "2"]
        )
        #expect(settings.sockets == 8)
        #expect(settings.assumedEncryptionVersion == 2)
    }

    @Test(
        "a number that cannot be is refused by the name of its variable",
        arguments: [
            ("OBSIDIAN_SOCKETS", "0"), ("OBSIDIAN_SOCKETS", "9"), ("OBSIDIAN_SOCKETS", "two"),
            ("OBSIDIAN_ENCRYPTION_VERSION", "1"), ("OBSIDIAN_ENCRYPTION_VERSION", "4"),
            ("OBSIDIAN_ENCRYPTION_VERSION", "three"),
        ]
    )
    func wrongNumber(variable: String, value: String) {
        let error = #expect(throws: SyncError.self) {
            try ObsidianProvider.Configuration(environment: [variable: value])
        }
        #expect(error?.name == .invalidConfiguration)
        #expect(error?.message.contains(variable) == true)
    }

    @Test(
        "a password is sent over TLS or to this machine, nowhere else",
        arguments: [
            "http://api.obsidian.md", "ftp://127.0.0.1:1", "api.obsidian.md", "http://127.0.0.1.evil.example:1",
            "http://127.0.0.1:80@evil.example", "https://user@api.obsidian.md", "https://api.obsidian.md@evil.example",
            "http://localhost:1\\@evil.example", "https://", "https://api.obsidian.md?x", "https://a b",
        ]
    )
    func plainHTTP(url: String) {
        let error = #expect(throws: SyncError.self) {
            try ObsidianProvider.Configuration(environment: ["OBSIDIAN_API_URL": url])
        }
        #expect(error?.name == .invalidConfiguration)
        #expect(error?.message.contains("OBSIDIAN_API_URL") == true)
    }
}
