import AWSAdapters
import AWSClient
import Authenticating
import Foundation
import HTTPTransport
import LocalAdapters
import Logging
import NIOHTTP1
import SyncCore
import TestSupport
import Testing

/// The authenticator over every store of secrets.
@Suite("The authenticator over every secret store")
struct AuthenticateTests {
    private struct Desk {
        let clock = InstantClock()
        let library = FakeLibrary()
        let account: RotatingAccount
        let outbox = Outbox()
        let records = MemoryRecordStore()

        init() {
            account = RotatingAccount(clock: clock, lifetime: .seconds(30 * 24 * 3600))
        }

        func authenticate(_ secrets: any SecretStore, run: String = "run-1") async throws -> AuthenticateOutput {
            let authenticate = Authenticate(
                AuthenticatePorts(
                    secrets: secrets,
                    providers: [FakeProvider(library), RotatingProvider(account)],
                    records: records,
                    clock: clock,
                    notify: outbox.notify
                ),
                settings: AuthenticateSettings(),
                allowedBuckets: [],
                makeRunID: { RunID(run) }
            )
            let input = try FunctionJSON.decode(AuthenticateInput.self, from: Array("{}".utf8))
            return try await authenticate(input, logger: .quiet)
        }
    }

    @Test("a token is renewed once, and is there for the next run", arguments: SecretStoreAdapter.available)
    func renews(adapter: SecretStoreAdapter) async throws {
        let desk = Desk()
        try await adapter.with(desk.account.firstSecret()) { store in
            let old = try await store.current()
            try desk.account.kill(accessTokenOf: old.secret)
            let output = try await desk.authenticate(store)
            #expect(output.secretVersion != old.version)
            #expect(try await desk.authenticate(store).secretVersion == output.secretVersion)
            #expect((desk.account.renewals, desk.account.replays) == (1, 0))
            #expect(try desk.account.canRenew(try await store.current().secret))
        }
        try await adapter.with(Secret(["provider": .string("fake")])) { store in
            let first = try await desk.authenticate(store)
            #expect(try await desk.authenticate(store).secretVersion == first.secretVersion)
            #expect(desk.library.tokensIssued == 1)
        }
    }

    @Test("what was staged by somebody who was killed is taken", arguments: SecretStoreAdapter.available)
    func takesStaged(adapter: SecretStoreAdapter) async throws {
        let desk = Desk()
        try await adapter.with(desk.account.firstSecret()) { store in
            let old = try await store.current()
            try desk.account.kill(accessTokenOf: old.secret)
            let renewed = try await RotatingProvider(desk.account).renew(old.secret, logger: .quiet)
            let staged = try await store.stage(renewed, after: old.version)
            #expect(try await desk.authenticate(store).secretVersion == staged.version)
            #expect(try await store.current() == staged)
            #expect((desk.account.renewals, desk.account.replays) == (1, 0))
        }
    }

    @Test("several at once end with one token that works", arguments: SecretStoreAdapter.available)
    func several(adapter: SecretStoreAdapter) async throws {
        let desk = Desk()
        try await adapter.with(desk.account.firstSecret()) { store in
            try desk.account.kill(accessTokenOf: try await store.current().secret)
            // Whose turn it is when the others have waited long enough is told so, and comes back.
            for _ in 1...2 {
                await withTaskGroup { group in
                    for number in 1...4 {
                        group.addTask { _ = try? await desk.authenticate(store, run: "run-\(number)") }
                    }
                }
            }
            let current = try await store.current()
            #expect(try desk.account.canRenew(current.secret))
            #expect(desk.account.replays == 0)
            #expect(try await desk.authenticate(store).secretVersion == current.version)
        }
    }

    @Test(
        "a secret that is wrong is named in one sentence that repeats nothing of it, and people are told",
        arguments: SecretStoreAdapter.available,
        BadSecret.all
    )
    func badSecrets(adapter: SecretStoreAdapter, bad: BadSecret) async throws {
        guard adapter != .memory || bad.isObject else { return }
        let desk = Desk()
        try await adapter.with(text: bad.text) { store in
            let error = await #expect(throws: SyncError.self) { try await desk.authenticate(store) }
            #expect(error?.name == .invalidConfiguration)
            #expect(error?.isRetryable == false)
            let message = try #require(error?.message)
            #expect(message.contains(bad.names), "\(message)")
            #expect(!message.contains("s3cret"))
            let notice = try #require(desk.outbox.notices.first)
            #expect(desk.outbox.notices.count == 1)
            #expect(notice.body.contains(message))
            #expect(!notice.body.contains("s3cret"))
        }
    }
}

/// A secret that cannot be worked with.
struct BadSecret: Sendable, CustomTestStringConvertible {
    var text: String?
    var names: String
    var isObject = true

    var testDescription: String { text ?? "missing" }

    static let all: [BadSecret] = [
        .init(text: nil, names: " no"),
        .init(text: "s3cret", names: "JSON object", isObject: false),
        .init(text: "[\"s3cret\"]", names: "JSON object", isObject: false),
        .init(text: "{\"provider\": \"s3cret", names: "JSON object", isObject: false),
        .init(text: "{\"auth\": {\"password\": \"s3cret\"}}", names: "field provider"),
        .init(text: "{\"provider\": \"\"}", names: "field provider"),
        .init(text: "{\"provider\": 7}", names: "field provider"),
        .init(text: "{\"provider\": \"s3cret\"}", names: "field provider has to be one of: fake, rotating"),
        .init(text: "{\"provider\": \"rotating\", \"refresh_token\": [\"s3cret\"]}", names: "field refresh_token"),
        .init(text: "{\"provider\": \"fake\", \"token\": \"s3cret\"}", names: "field token"),
        .init(text: "{\"provider\": \"fake\", \"token\": {\"value\": {\"s3cret\": 1}}}", names: "field token.value"),
    ]
}

@Suite("The secret in Secrets Manager", .tags(.integration), .enabled(if: Emulator.address != nil))
struct SecretsManagerStoreTests {
    @Test("a binary one and one that is being deleted are refused in one sentence")
    func refused() async throws {
        try await Emulator.with { client, transport in
            let name = Emulator.unique("secret")
            let emulator = RawSecretsManager(transport: transport)
            let store = SecretsManagerStore(secretsManager: SecretsManager(client: client), secretID: name)
            try await emulator.call("CreateSecret", #"{"Name":"\#(name)","SecretBinary":"czNjcmV0"}"#)
            let binary = await #expect(throws: SyncError.self) { try await store.current() }
            #expect(binary?.name == .invalidConfiguration)
            #expect(binary?.message.contains("binary") == true)
            #expect(try await store.staged(after: "any") == nil)
            try await emulator.call("DeleteSecret", #"{"SecretId":"\#(name)"}"#)
            let deleted = await #expect(throws: SyncError.self) { try await store.current() }
            #expect(deleted?.name == .invalidConfiguration)
            #expect(deleted?.message.contains("being deleted") == true)
        }
    }

    @Test("a version that somebody else has staged is not taken for one's own")
    func foreignStage() async throws {
        try await Emulator.with { client, transport in
            let name = Emulator.unique("secret")
            let emulator = RawSecretsManager(transport: transport)
            let store = SecretsManagerStore(secretsManager: SecretsManager(client: client), secretID: name)
            try await emulator.call("CreateSecret", #"{"Name":"\#(name)","SecretString":"{}"}"#)
            try await emulator.call(
                "PutSecretValue",
                #"{"SecretId":"\#(name)","SecretString":"{\"a\":1}","VersionStages":["AWSPENDING"]}"#
            )
            #expect(try await store.staged(after: try await store.current().version) == nil)
        }
    }
}

/// Operations that only these tests need.
private struct RawSecretsManager {
    let transport: AsyncHTTPClientTransport

    func call(_ operation: String, _ body: String) async throws {
        let headers: HTTPHeaders = [
            "X-Amz-Target": "secretsmanager." + operation, "Content-Type": "application/x-amz-json-1.1",
        ]
        try await Emulator.post(body, to: "secretsmanager", headers, transport)
    }
}
