import AWSClient
import AWSSigning
import Clocks
import Foundation
import LocalAdapters
import TestSupport
import Testing

@Suite("Credentials through the AWS CLI", .tags(.integration), .enabled(if: TestTools.has("aws")))
struct CommandLineCredentialTests {
    private static let config = """
        [profile k]
        aws_access_key_id = testing
        aws_secret_access_key = testing
        region = eu-central-1
        [profile b]
        role_arn = arn:aws:iam::111122223333:role/r
        source_profile = k
        region = eu-central-1
        [profile gone]
        role_arn = arn:aws:iam::111122223333:role/r
        source_profile = nobody
        """

    private func get(_ profile: String) async throws -> ExpiringCredential? {
        var found: ExpiringCredential?
        try await withTemporaryFolder { folder in
            try FileManager.default.createDirectory(atPath: folder + "/.aws", withIntermediateDirectories: true)
            try Self.config.write(toFile: folder + "/.aws/config", atomically: true, encoding: .utf8)
            let variables = [
                "HOME": folder, "PATH": try #require(TestTools.folder) + ":/usr/bin:/bin",
                "AWS_ENDPOINT_URL": try #require(Emulator.address), "AWS_CONFIG_FILE": folder + "/.aws/config",
                "AWS_SHARED_CREDENTIALS_FILE": folder + "/none",
            ]
            let provider = ProfileCredentialProvider(
                variables,
                profile: profile,
                runCommand: { try await ProgramRunner.run($0, environment: $1) }
            )
            found = try await provider.credential(logger: .quiet)
        }
        return found
    }

    @Test("a role is assumed, and its keys are temporary")
    func role() async throws {
        let found = try #require(try await get("b"))
        #expect(found.credential.accessKeyId != "testing")
        #expect(found.credential.sessionToken?.isEmpty == false)
        #expect(try #require(found.expiration) > Date())
    }

    @Test("what the AWS CLI cannot do either is a sentence that says how to see why")
    func broken() async throws {
        let error = await #expect(throws: AWSError.self) { try await get("gone") }
        #expect(error?.message.contains("aws configure export-credentials --profile gone") == true)
    }
}

@Suite("Programs that are run")
struct ProgramRunnerTests {
    private func run(
        _ arguments: [String],
        limit: Duration = .seconds(60)
    ) async throws -> (status: Int32, output: String)? {
        let found = try await ProgramRunner.run(
            arguments,
            environment: ["PATH": "/usr/bin:/bin", "X": "y"],
            limit: limit
        )
        return found.map { ($0.status, String(decoding: $0.output, as: UTF8.self)) }
    }

    @Test("give their status and what they print, and have the environment that is given")
    func output() async throws {
        let found = try #require(try await run(["sh", "-c", "printf \"$X $1\"; exit 3", "sh", "a b"]))
        #expect(found == (3, "y a b"))
    }

    @Test("that do not exist are none")
    func missing() async throws {
        #expect(try await run(["no-such-program-anywhere"]) == nil)
        #expect(try await run(["/nowhere/at/all"]) == nil)
        #expect(try await run(["/tmp"]) == nil)
        #expect(try await run([]) == nil)
    }

    @Test("that take too long are ended")
    func endless() async throws {
        let found = try #require(try await run(["sleep", "1000"], limit: .milliseconds(50)))
        #expect(found.status != 0)
    }
}
