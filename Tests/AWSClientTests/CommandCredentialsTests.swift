import AWSSigning
import Synchronization
import Testing

@testable import AWSClient

@Suite("Credentials that a program prints")
struct CommandCredentialsTests {
    private static let printed = Array(
        #"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"B","SessionToken":"C"}"#.utf8
    )
    private static let assumed = Array(
        #"{"Credentials":{"AccessKeyId":"R","SecretAccessKey":"S","SessionToken":"T"}}"#.utf8
    )

    private func profile(_ settings: String) throws -> Profile {
        let environment = ["AWS_PROFILE": "work", "HOME": "/home/u"]
        let files = ["/home/u/.aws/config": "[profile work]\n\(settings)\n"]
        return try #require(try Profile.load(environment: environment) { files[$0] })
    }

    private func message(of work: () async throws -> Void) async -> String? {
        do {
            try await work()
            return nil
        } catch let error as AWSError {
            return error.code == .credentialsUnavailable ? error.message : nil
        } catch {
            return nil
        }
    }

    @Test("the program gets its words as a shell would part them, and what it prints is taken")
    func process() async throws {
        let calls = Mutex<[[String]]>([])
        let commands = CommandCredentials(environment: ["A": "b"]) { arguments, environment in
            #expect(environment == ["A": "b"])
            calls.withLock { $0.append(arguments) }
            return (0, Self.printed)
        }
        let found = try await commands.credential(process: #"/opt/keys --for "my account""#, of: profile("region=x"))
        #expect(found.credential.accessKeyId == "A")
        #expect(calls.withLock { $0 } == [["/opt/keys", "--for", "my account"]])
    }

    @Test("whatever is wrong with the program is said with the profile's name")
    func failures() async throws {
        let profile = try profile("region=x")
        let answers: [(answer: (status: Int32, output: [UInt8])?, expected: String)] = [
            (nil, "does not exist"), ((7, []), "ends with status 7"), ((0, Array("no".utf8)), "prints no credentials"),
        ]
        for (answer, expected) in answers {
            let commands = CommandCredentials(environment: [:], run: { _, _ in answer })
            let text = await message { _ = try await commands.credential(process: "keys", of: profile) }
            #expect(text?.contains("the AWS profile work") == true)
            #expect(text?.contains(expected) == true, "\(text ?? "no error") lacks: \(expected)")
        }
    }

    @Test("where no programs are run, that is said")
    func notRun() async throws {
        let commands = CommandCredentials(environment: [:], run: nil)
        let profile = try profile("region=x")
        let text = await message { _ = try await commands.credential(process: "keys", of: profile) }
        #expect(text?.contains("which is not run here") == true)
    }

    @Test("an AWS CLI that exports no credentials assumes the role instead, unless that takes somebody's code")
    func role() async throws {
        let calls = Mutex<[[String]]>([])
        let commands = CommandCredentials(environment: [:]) { arguments, _ in
            calls.withLock { $0.append(arguments) }
            return arguments.contains("assume-role") ? (0, Self.assumed) : (252, [])
        }
        let settings = "role_arn=arn:aws:iam::1:role/r\nsource_profile=base\nexternal_id=e"
        let found = try await commands.credential(fromCommandLine: "a role", of: profile(settings))
        #expect(found.credential.accessKeyId == "R")
        let last = calls.withLock { $0.last ?? [] }
        #expect(last.contains("--external-id") && last.contains("e") && last.contains("base"))
        let withCode = try profile(settings + "\nmfa_serial=m")
        let text = await message { _ = try await commands.credential(fromCommandLine: "a role", of: withCode) }
        #expect(text?.contains("status 252") == true)
    }

    @Test("where there is no AWS CLI, the way without it is said")
    func noCommandLine() async throws {
        let commands = CommandCredentials(environment: [:]) { _, _ in nil }
        let profile = try profile("sso_session=s")
        let text = await message {
            _ = try await commands.credential(fromCommandLine: "IAM Identity Center", of: profile)
        }
        #expect(text?.contains("not installed") == true && text?.contains("AWS_ACCESS_KEY_ID") == true)
    }
}
