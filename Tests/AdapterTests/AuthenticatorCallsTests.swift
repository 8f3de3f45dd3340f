import AWSAdapters
import AWSClient
import Clocks
import HTTPTransport
import LambdaFunctions
import Logging
import NIOHTTP1
import ObsidianSync
import Pipeline
import SyncCore
import TestSupport
import Testing

@Suite("What the authenticator asks for over the wire")
struct AuthenticatorCallsTests {
    private static let variables = [
        "S3_BUCKET": "b", "STATE_TABLE_NAME": "t", "OBSYNC_SECRET_NAME": "s", "AWS_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing",
        "ALERT_TOPIC_ARN": "arn:aws:sns:eu-central-1:1:alerts", "OBSYNC_DEPLOYMENT": "home",
        "S3_PREFIX": "mirror/", "S3_STATE_PREFIX": "mirror/work/state/",
    ]
    private static let secret = RecordedHTTP.Answer.json(
        #"{"VersionId": "v1", "SecretString": "{\"provider\":\"obsidian\",\"token\":{\"value\":\"t\"}}"}"#
    )

    private func run(_ event: String, _ http: RecordedHTTP) async throws -> [String: JSON] {
        let pipeline = try FunctionEnvironment(Self.variables).pipeline(
            executor: http,
            providers: [ObsidianProvider(.init(), executor: http, clock: InstantClock())],
            standIn: MemorySecretStore(nil),
            makeHasher: { FingerprintHasher() },
            logger: .quiet
        )
        let answer = try await pipeline.run(
            .authenticator,
            event: Array(event.utf8),
            deadline: pipeline.clock.now.advanced(by: .seconds(30)),
            logger: .quiet
        )
        return try FunctionJSON.decode([String: JSON].self, from: answer)
    }

    @Test("with a token that works: the secret once, the provider once, and nothing else")
    func goodToken() async throws {
        let http = RecordedHTTP([Self.secret, .json(#"{"vaults": [], "shared": []}"#)])
        let answer = try await run("{}", http)
        #expect(
            http.requests.map(\.url) == [
                "https://secretsmanager.eu-central-1.amazonaws.com/", "https://api.obsidian.md/vault/list",
            ]
        )
        #expect(answer["secret_version"] == .string("v1"))
        #expect(answer["vaults"] == .integer(0))
        let known = [
            "run", "provider", "vaults", "expires_at", "secret_version", "request", "cursor", "reauthentications",
        ]
        #expect(Set(answer.keys) == Set(known), "an answer holds references only")
    }

    @Test("for a status: the secret once")
    func status() async throws {
        let http = RecordedHTTP([Self.secret])
        _ = try await run(#"{"type": "status", "vault_ids": ["a"]}"#, http)
        #expect(http.requests.count == 1)
    }

    @Test("for an event that is wrong: nothing")
    func wrongEvent() async throws {
        let http = RecordedHTTP([])
        await #expect(throws: SyncError.self) { try await run(#"{"action": "mirror"}"#, http) }
        await #expect(throws: SyncError.self) { try await run(#"{"dest_bucket": "another"}"#, http) }
        #expect(http.requests.isEmpty)
    }

    @Test(
        "for files that are to go where the roles let nothing go: nothing",
        arguments: ["elsewhere/", "mirror/work/", "mirror/work/state/", "mirror/work/state/notes"]
    )
    func wrongPlace(prefix: String) async throws {
        let http = RecordedHTTP([])
        let error = await #expect(throws: SyncError.self) { try await run("{\"dest_prefix\": \"\(prefix)\"}", http) }
        #expect(error?.name == .invalidInput)
        #expect(error?.message.contains("dest_prefix") == true)
        #expect(http.requests.isEmpty)
        let within = RecordedHTTP([Self.secret, .json(#"{"vaults": [], "shared": []}"#)])
        _ = try await run(#"{"dest_prefix": "mirror/notes/"}"#, within)
        #expect(within.answersLeft == 0)
    }

    @Test("for a secret that is being deleted: it once, a note, and a message to the topic")
    func alert() async throws {
        let deleted = #"{"__type": "InvalidRequestException", "Message": "marked for deletion"}"#
        let published = "<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>"
        let http = RecordedHTTP([
            .response(status: 400, body: deleted), .json("{}"), .response(status: 200, body: published),
        ])
        let error = await #expect(throws: SyncError.self) { try await run("{}", http) }
        #expect(error?.name == .invalidConfiguration)
        #expect(http.answersLeft == 0)
        let requests = http.requests
        #expect(requests[1].url == "https://dynamodb.eu-central-1.amazonaws.com/")
        #expect(requests[1].text.contains("note#alert#configuration-wrong#"))
        #expect(requests[2].url == "https://sns.eu-central-1.amazonaws.com/")
        #expect(requests[2].text.contains("Subject=Obsync%20home%3A%20the%20secret%20or%20a%20setting%20is%20wrong"))
    }
}

@Suite("Notices through SNS", .tags(.integration), .enabled(if: Emulator.address != nil))
struct TopicNotifierTests {
    @Test("a topic takes a notice; one that is not there is an error of configuration")
    func publish() async throws {
        try await Emulator.with { client, transport in
            let name = Emulator.unique("alerts")
            try await Emulator.post(
                "Action=CreateTopic&Version=2010-03-31&Name=\(name)",
                to: "sns",
                ["Content-Type": "application/x-www-form-urlencoded"],
                transport
            )
            let sns = SNS(client: client)
            let notice = Notice(subject: "Obsync home: the sign-in fails", body: "50 % & more\nnext \u{E9}")
            let topic = "arn:aws:sns:eu-central-1:123456789012:"
            try await TopicNotifier(sns: sns, topicARN: topic + name).publish(notice)
            let error = await #expect(throws: SyncError.self) {
                try await TopicNotifier(sns: sns, topicARN: topic + "nothing").publish(notice)
            }
            #expect(error?.name == .invalidConfiguration)
            #expect(error?.message.contains("ALERT_TOPIC_ARN") == true)
        }
    }
}
