import AWSSigning
import FoundationEssentials
import HTTPTransport
import Logging
import NIOHTTP1
import Testing

@testable import AWSClient

@Suite("credentials of an instance")
struct InstanceCredentialTests {
    private static let keys = #"""
        {"Code":"Success","AccessKeyId":"A","SecretAccessKey":"B","Token":"T","Expiration":"2015-08-30T13:36:00Z"}
        """#
    private static let unreachable = ScriptedExecutor.Reply.failure(TransportError(.timedOut, message: "m"))

    private func get(
        variables environment: [String: String] = [:],
        _ executor: ScriptedExecutor
    ) async throws -> ExpiringCredential? {
        try await InstanceCredentialProvider(environment, executor: executor).credential(logger: testLogger)
    }

    @Test("are asked for with a token")
    func found() async throws {
        let executor = ScriptedExecutor(
            .answer(200, [:], "TOKEN=="),
            .answer(200, [:], "role\n"),
            .answer(200, [:], Self.keys)
        )
        let found = try await get(executor)
        #expect(found?.credential == Credential(accessKeyId: "A", secretAccessKey: "B", sessionToken: "T"))
        #expect(found?.expiration == Date(timeIntervalSince1970: 1_440_941_760))
        let base = "http://169.254.169.254/latest/"
        #expect(
            executor.requests.map(\.url) == [
                base + "api/token", base + "meta-data/iam/security-credentials/",
                base + "meta-data/iam/security-credentials/role",
            ]
        )
        #expect(executor.requests.map(\.method) == [.PUT, .GET, .GET])
        #expect(executor.requests[0].headers.first(name: "X-aws-ec2-metadata-token-ttl-seconds") == "21600")
        #expect(executor.requests[2].headers.first(name: "X-aws-ec2-metadata-token") == "TOKEN==")
        #expect(executor.timeouts[0] == .seconds(1))
    }

    @Test("are not asked for where the variable says so")
    func disabled() async throws {
        #expect(try await get(variables: ["AWS_EC2_METADATA_DISABLED": "True"], ScriptedExecutor()) == nil)
    }

    @Test("are none on a machine that is no instance, and that is known after one short time-out")
    func elsewhere() async throws {
        let executor = ScriptedExecutor(Self.unreachable)
        #expect(try await get(executor) == nil)
        #expect(executor.requests.count == 1)
        #expect(try await get(ScriptedExecutor(.answer(404))) == nil)
        let patient = ScriptedExecutor(Self.unreachable, .answer(500), Self.unreachable)
        let variables = ["AWS_METADATA_SERVICE_TIMEOUT": "3", "AWS_METADATA_SERVICE_NUM_ATTEMPTS": "3"]
        #expect(try await get(variables: variables, patient) == nil)
        #expect(patient.timeouts == Array(repeating: .seconds(3), count: 3))
        #expect(try await get(ScriptedExecutor(.answer(200, [:], "T"), .answer(404))) == nil)
    }

    @Test("come from where the variables say")
    func address() async throws {
        let six = ScriptedExecutor(Self.unreachable)
        _ = try await get(variables: ["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv6"], six)
        #expect(six.requests.first?.url == "http://[fd00:ec2::254]/latest/api/token")
        let own = ScriptedExecutor(Self.unreachable)
        _ = try await get(variables: ["AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:1338/"], own)
        #expect(own.requests.first?.url == "http://127.0.0.1:1338/latest/api/token")
        _ = try await awsError {
            try await get(variables: ["AWS_EC2_METADATA_SERVICE_ENDPOINT": "x"], ScriptedExecutor())
        }
    }

    @Test("that are broken are an error that says nothing of its content", arguments: ["", "secret", "a/../b"])
    func broken(role: String) async throws {
        let executor = ScriptedExecutor(
            .answer(200, [:], "T"),
            .answer(200, [:], role),
            .answer(200, [:], "secret stuff")
        )
        let error = try await awsError { try await get(executor) }
        #expect(error.code == .credentialsUnavailable)
        #expect(!error.message.contains("secret"))
    }
}

@Suite("Keys that a service refuses")
struct RefusedKeysTests {
    private static let expired = "<Error><Code>ExpiredToken</Code></Error>"

    private func client(_ executor: ScriptedExecutor, _ world: ManualWorld, _ keys: Keys) -> AWSClient {
        AWSClient(
            executor: executor,
            credentials: RefreshingCredentialProvider(keys, now: { world.now }),
            region: Region(rawValue: "eu-central-1"),
            environment: world.environment(),
            logger: testLogger
        )
    }

    @Test("are read again, and the request goes on with others")
    func rewritten() async throws {
        let keys = Keys("OLD", "NEW")
        let executor = ScriptedExecutor(.answer(200), .answer(400, [:], Self.expired), .answer(200))
        let s3 = S3(client: client(executor, ManualWorld(), keys))
        _ = try await s3.deleteObject(.init(bucket: "bucket", key: "k"))
        _ = try await s3.deleteObject(.init(bucket: "bucket", key: "k"))
        let used = executor.requests.map { $0.headers.first(name: "authorization")?.contains("NEW") }
        #expect(used == [false, false, true])
    }

    @Test("are not read again for each request while they stay the same")
    func unchanged() async throws {
        let world = ManualWorld()
        let keys = Keys("OLD")
        let refused = ScriptedExecutor.Reply.answer(403, [:], "<Error><Code>InvalidAccessKeyId</Code></Error>")
        let executor = ScriptedExecutor(refused, refused, refused)
        let s3 = S3(client: client(executor, world, keys))
        for _ in 0..<2 {
            let error = try await awsError { try await s3.deleteObject(.init(bucket: "bucket", key: "k")) }
            #expect(error.refusal == .credentials)
        }
        #expect(await keys.reads == 2)
        world.advance(by: .seconds(60))
        _ = try await awsError { try await s3.deleteObject(.init(bucket: "bucket", key: "k")) }
        #expect(await keys.reads == 3)
    }

    /// A file whose keys change between two readings.
    private actor Keys: CredentialProvider {
        nonisolated let name = "file"
        private var keys: [String]
        private(set) var reads = 0

        init(_ keys: String...) { self.keys = keys }

        func credential(logger: Logger) -> ExpiringCredential? {
            reads += 1
            let key = keys.count > 1 ? keys.removeFirst() : keys[0]
            return ExpiringCredential(Credential(accessKeyId: key, secretAccessKey: "s"))
        }
    }
}
