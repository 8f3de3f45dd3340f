import AWSSigning
import FoundationEssentials
import HTTPTransport
import NIOHTTP1
import Testing

@testable import AWSClient

@Suite("credentials from the environment and from profiles")
struct CredentialTests {
    @Test("the environment gives keys, half of them are an error, none are no answer")
    func environment() throws {
        let keys = ["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "B", "AWS_SESSION_TOKEN": ""]
        let found = try EnvironmentCredentialProvider(keys).credential(logger: testLogger)
        #expect(found?.credential == Credential(accessKeyId: "A", secretAccessKey: "B"))
        #expect(found?.expiration == nil)
        #expect(try EnvironmentCredentialProvider([:]).credential(logger: testLogger) == nil)
        #expect(throws: AWSError.self) {
            try EnvironmentCredentialProvider(["AWS_ACCESS_KEY_ID": "A"]).credential(logger: testLogger)
        }
    }

    private static let files = [
        "/home/u/.aws/credentials": """
        # comment
        [default]
        aws_access_key_id = AKIDEFAULT
        aws_secret_access_key=a+b/c= # comment
        [work]
        aws_access_key_id = AKIWORK
        aws_secret_access_key = w#x
        aws_session_token = TOKEN
        [half]
        aws_access_key_id = AKIHALF
        """,
        "/home/u/.aws/config": """
        [default]
        region = eu-west-1
        s3 =
          region = nested
        [profile work]
        region=us-gov-west-1
        [profile\tconfigured]
        aws_access_key_id = AKICONFIG
        aws_secret_access_key = c
        [profile empty]
        region = eu-north-1
        """,
        "/other": "[default]\naws_access_key_id=O\naws_secret_access_key=P\n",
    ]

    private func profile(_ environment: [String: String]) throws -> Profile? {
        let variables = environment.merging(["HOME": "/home/u"]) { own, _ in own }
        return try Profile.load(environment: variables) { Self.files[$0] }
    }

    @Test("the default profile is read from both files")
    func defaultProfile() throws {
        let found = try #require(try profile([:]))
        #expect(
            found.settings == [
                "aws_access_key_id": "AKIDEFAULT", "aws_secret_access_key": "a+b/c=", "region": "eu-west-1",
                "s3.region": "nested",
            ]
        )
        #expect(found.source == .keys)
    }

    @Test("AWS_PROFILE names another, a # inside a value is part of it")
    func namedProfile() throws {
        let work = try #require(try profile(["AWS_PROFILE": "work"]))
        #expect(work.accessKeyId == "AKIWORK" && work.secretAccessKey == "w#x" && work.sessionToken == "TOKEN")
        #expect(work.region == "us-gov-west-1")
        #expect(try profile(["AWS_PROFILE": "configured"])?.accessKeyId == "AKICONFIG")
        #expect(try profile(["AWS_PROFILE": "none"]) == nil)
    }

    @Test("the files can be elsewhere")
    func otherFiles() throws {
        let found = try profile(["AWS_SHARED_CREDENTIALS_FILE": "/other", "AWS_CONFIG_FILE": "/none"])
        #expect(found?.accessKeyId == "O" && found?.secretAccessKey == "P" && found?.region == nil)
        let tilde = try profile(["AWS_SHARED_CREDENTIALS_FILE": "~/.aws/config", "AWS_CONFIG_FILE": "/none"])
        #expect(tilde?.region == "eu-west-1")
    }

    @Test("a profile that is missing or half is an error only when it was asked for")
    func providerErrors() async throws {
        func provider(_ name: String?, files: [String: String]) -> ProfileCredentialProvider {
            let variables = ["HOME": "/home/u", "AWS_PROFILE": name ?? ""]
            return ProfileCredentialProvider(variables, readFile: { files[$0] })
        }
        #expect(try await provider(nil, files: [:]).credential(logger: testLogger) == nil)
        #expect(try await provider("empty", files: Self.files).credential(logger: testLogger) == nil)
        for name in ["half", "none"] {
            let error = try await awsError {
                try await provider(name, files: Self.files).credential(logger: testLogger)
            }
            #expect(error.code == .credentialsUnavailable && error.message.contains(name))
        }
    }
}

@Suite("credentials from a container's endpoint")
struct ContainerCredentialTests {
    private let answer = ScriptedExecutor.Reply.answer(
        200,
        [:],
        #"{"AccessKeyId":"A","SecretAccessKey":"B","Token":"T","Expiration":"2015-08-30T13:36:00Z","RoleArn":"r"}"#
    )
    private let full = "AWS_CONTAINER_CREDENTIALS_FULL_URI"

    private func get(
        _ environment: [String: String],
        _ executor: ScriptedExecutor
    ) async throws -> ExpiringCredential? {
        let provider = ContainerCredentialProvider(environment, executor: executor) { path in
            path == "/token" ? "from file\n" : nil
        }
        return try await provider.credential(logger: testLogger)
    }

    @Test("the relative path is asked for on the address of ECS")
    func relative() async throws {
        let executor = ScriptedExecutor(answer)
        let found = try await get(["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x?id=1"], executor)
        #expect(found?.credential == Credential(accessKeyId: "A", secretAccessKey: "B", sessionToken: "T"))
        #expect(found?.expiration == Date(timeIntervalSince1970: 1_440_941_760))
        #expect(executor.requests.map(\.url) == ["http://169.254.170.2/v2/x?id=1"])
    }

    @Test(
        "a whole address needs TLS or a known host",
        arguments: [
            ("https://example.org/creds", true), ("http://127.0.0.1:80/creds", true), ("http://127.9.9.9/x", true),
            ("http://localhost/x", true), ("http://[::1]:99/x", true), ("http://169.254.170.23/v1/x", true),
            ("http://[fd00:ec2::23]/v1", true), ("http://example.org/creds", false),
            ("http://169.254.169.254/x", false), ("http://127.0.0.1.example.org/x", false),
            ("http://localhost@example.org/x", false), ("ftp://localhost/", false), ("http://127.0.0/", false),
        ]
    )
    func hosts(_ url: String, _ isAllowed: Bool) async throws {
        let executor = ScriptedExecutor(answer)
        if isAllowed {
            #expect(try await get([full: url], executor) != nil)
            #expect(executor.requests.map(\.url) == [url])
        } else {
            let error = try await awsError { try await get([full: url], executor) }
            #expect(error.code == .credentialsUnavailable)
            #expect(executor.requests.isEmpty)
        }
    }

    @Test("the token of the file goes before that of the variable, and neither can smuggle a header in")
    func token() async throws {
        let name = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
        let executor = ScriptedExecutor(answer, answer)
        _ = try await get([full: "http://localhost/", name: "plain", name + "_FILE": "/token"], executor)
        _ = try await get([full: "http://localhost/", name: "plain"], executor)
        #expect(executor.requests.map { $0.headers.first(name: "Authorization") } == ["from file", "plain"])
        _ = try await awsError { try await get([full: "http://localhost/", name: "a\r\nB: c"], executor) }
        _ = try await awsError { try await get([full: "http://localhost/", name + "_FILE": "/none"], executor) }
    }

    @Test("what is not an answer is an error that says nothing of its content")
    func failures() async throws {
        let cases: [(ScriptedExecutor.Reply, AWSErrorCode, isRetryable: Bool)] = [
            (.answer(500), .credentialsUnavailable, true), (.answer(403), .credentialsUnavailable, false),
            (.answer(200, [:], "secret stuff"), .credentialsUnavailable, false),
            (.failure(TransportError(.connectionFailed, message: "m")), .connectionFailed, true),
        ]
        for (reply, code, isRetryable) in cases {
            let error = try await awsError { try await get([full: "http://localhost/"], ScriptedExecutor(reply)) }
            #expect(error.code == code)
            #expect(error.isRetryable == isRetryable)
            #expect(!error.message.contains("secret"))
        }
    }

    @Test("without the variables there is no answer")
    func notConfigured() async throws {
        #expect(try await get([:], ScriptedExecutor()) == nil)
    }
}

@Suite("CredentialSelector")
struct CredentialSelectorTests {
    @Test("the first source that answers is taken")
    func first() async throws {
        let selector = CredentialSelector([
            EnvironmentCredentialProvider([:]), StaticCredentialProvider(testCredential),
            EnvironmentCredentialProvider(["AWS_ACCESS_KEY_ID": "broken"]),
        ])
        #expect(try await selector.credential(logger: testLogger)?.credential == testCredential)
    }

    @Test("the error says what was tried")
    func tried() async throws {
        let selector = CredentialSelector([
            EnvironmentCredentialProvider([:]), ProfileCredentialProvider([:], readFile: { _ in nil }),
        ])
        let error = try await awsError { try await selector.credential(logger: testLogger) }
        #expect(error.code == .noCredentials)
        #expect(error.message == "no AWS credentials; tried: environment, profile")
    }
}
