import AWSSigning
import FoundationEssentials
import Synchronization
import Testing

@testable import AWSClient

@Suite("What a profile says")
struct ProfileSourceTests {
    private static let printed = #"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"B","SessionToken":"T"}"#

    /// Keeps what was run, and answers.
    private final class Programs: Sendable {
        let calls = Mutex<[[String]]>([])
        let answer: (status: Int32, output: [UInt8])?

        init(_ answer: (status: Int32, output: [UInt8])?) { self.answer = answer }

        var run: CommandRunner {
            { arguments, _ in
                self.calls.withLock { $0.append(arguments) }
                return self.answer
            }
        }
    }

    private func get(
        _ config: String,
        profile: String? = nil,
        variables environment: [String: String] = [:],
        _ programs: Programs?
    ) async throws -> Credential? {
        let variables = environment.merging(["HOME": "/h"]) { own, _ in own }
        let provider = ProfileCredentialProvider(variables, profile: profile, runCommand: programs?.run) {
            $0 == "/h/.aws/config" ? config : nil
        }
        return try await provider.credential(logger: testLogger)?.credential
    }

    private static let kinds: [(name: String, lines: String)] = [
        ("a", "sso_session = s\nsso_account_id = 111122223333\nsso_role_name = r\n"),
        (
            "b",
            "role_arn = arn:aws:iam::111122223333:role/r\nsource_profile = k\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = x\n"
        ),
        ("c", "role_arn = arn:aws:iam::111122223333:role/r\ncredential_source = Ec2InstanceMetadata\n"),
        ("d", "role_arn = arn:aws:iam::111122223333:role/r\nweb_identity_token_file = /t\n"),
        ("e", "sso_start_url = https://example.awsapps.com/start\nsso_region = eu-west-1\n"),
        ("f", "login_session = arn:aws:iam::111122223333:user/u\n"),
    ]

    @Test("goes through the AWS CLI where only that can do it", arguments: kinds.indices)
    func commandLine(kind: Int) async throws {
        let (name, lines) = Self.kinds[kind]
        let programs = Programs((0, Array(Self.printed.utf8)))
        let found = try await get("[profile \(name)]\n" + lines, profile: name, programs)
        #expect(found == Credential(accessKeyId: "A", secretAccessKey: "B", sessionToken: "T"))
        let expected = ["aws", "configure", "export-credentials", "--format", "process", "--profile", name]
        #expect(programs.calls.withLock { $0 } == [expected])
    }

    @Test("is a sentence with the profile and its kind where there is no AWS CLI", arguments: kinds.indices)
    func withoutCommandLine(kind: Int) async throws {
        let (name, lines) = Self.kinds[kind]
        for programs in [Programs(nil), Programs((255, [])), nil] {
            let error = try await awsError {
                try await get("[profile \(name)]\n" + lines, variables: ["AWS_PROFILE": name], programs)
            }
            #expect(error.code == .credentialsUnavailable)
            #expect(error.message.contains("profile \(name) uses "))
            #expect(error.message.contains("AWS CLI"))
        }
    }

    @Test("may be a program, whose words are those of a shell")
    func process() async throws {
        let programs = Programs((0, Array(Self.printed.utf8)))
        let found = try await get("[default]\ncredential_process = /bin/x 'a b' \"c\\\"d\" e\\ f\n", programs)
        #expect(found?.accessKeyId == "A")
        #expect(programs.calls.withLock { $0 } == [["/bin/x", "a b", "c\"d", "e f"]])
        for failing in [Programs(nil), Programs((1, [])), Programs((0, Array("secret".utf8))), nil] {
            let error = try await awsError { try await get("[default]\ncredential_process = x\n", failing) }
            #expect(error.message.contains("profile default has a credential_process"))
            #expect(!error.message.contains("secret"))
        }
    }

    @Test("keys in the profile are taken before a program, as the AWS tools do")
    func keysFirst() async throws {
        let lines = "[default]\naws_access_key_id = K\naws_secret_access_key = S\ncredential_process = x\n"
        #expect(try await get(lines, Programs(nil)) == Credential(accessKeyId: "K", secretAccessKey: "S"))
    }

    @Test("a pod's web identity goes through the AWS CLI as well")
    func webIdentity() async throws {
        let programs = Programs((0, Array(Self.printed.utf8)))
        let variables = ["AWS_WEB_IDENTITY_TOKEN_FILE": "/t", "AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/r"]
        #expect(try await get("", variables: variables, programs)?.accessKeyId == "A")
        let error = try await awsError { try await get("", variables: variables, nil) }
        #expect(error.message.contains("AWS_WEB_IDENTITY_TOKEN_FILE"))
    }

    private func endpoints(_ config: String, _ environment: [String: String] = [:]) throws -> Endpoints {
        let variables = environment.merging(["HOME": "/h"]) { own, _ in own }
        let profile = try Profile.load(environment: variables) { $0 == "/h/.aws/config" ? config : nil }
        return try Endpoints(environment: variables, profile: profile)
    }

    @Test("gives the addresses of services, after the variables and its services section")
    func addresses() throws {
        let config = """
            [default]
            endpoint_url = http://127.0.0.1:9000/base
            services = local
            s3 =
              addressing_style = virtual
            [services local]
            s3 =
                endpoint_url = http://127.0.0.1:9001
            secrets_manager =
                endpoint_url = http://127.0.0.1:9002
            """
        let found = try endpoints(config)
        #expect(found.addressing == .virtualHost)
        #expect(found.replacement(of: .s3)?.base == "http://127.0.0.1:9001")
        #expect(found.replacement(of: .secretsManager)?.base == "http://127.0.0.1:9002")
        #expect(found.replacement(of: .dynamoDB)?.base == "http://127.0.0.1:9000/base")
        let own = try endpoints(config, ["AWS_ENDPOINT_URL_S3": "http://own"])
        #expect(own.replacement(of: .s3)?.base == "http://own")
        #expect(own.replacement(of: .sns)?.base == "http://127.0.0.1:9000/base")
        #expect(try endpoints(config, ["AWS_ENDPOINT_URL": "http://all"]).replacement(of: .s3)?.base == "http://all")
        let ignored = try endpoints(config, ["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"])
        #expect(ignored.replacement(of: .s3) == nil)
    }

    @Test(
        "is refused where it asks for what is not supported, and never passed over",
        arguments: [
            ("use_fips_endpoint = true", "use_fips_endpoint"),
            ("use_dualstack_endpoint = True", "use_dualstack_endpoint"),
            ("s3 =\n  use_accelerate_endpoint = true", "use_accelerate_endpoint"), ("ca_bundle = /x", "AWS_CA_BUNDLE"),
            ("services = none", "services none"), ("endpoint_url = nonsense", "endpoint_url"),
            ("s3 =\n  addressing_style = other", "addressing_style"),
        ]
    )
    func unsupported(lines: String, named: String) throws {
        let error = #expect(throws: AWSError.self) { try endpoints("[default]\n" + lines + "\n") }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains("profile default") == true)
        #expect(error?.message.contains(named) == true)
    }

    @Test(
        "command lines are taken apart",
        arguments: [
            ("a b", ["a", "b"]), ("  a\t b ", ["a", "b"]), ("a ''", ["a", ""]), ("a'b'\"c\"d", ["abcd"]),
            ("'a\\b'", ["a\\b"]), ("\"a\\nb\"", ["a\\nb"]), ("", []), ("'a", nil), ("a\\", nil),
        ] as [(String, [String]?)]
    )
    func words(text: String, expected: [String]?) {
        #expect(ShellWords.split(text) == expected)
    }
}
