import ArgumentParser
import Foundation
import SyncCore
import Synchronization
import TestSupport
import Testing

@testable import obsync

@Suite("preparing a deployment")
struct InitTests {
    @Test("answers become a configuration that the SAM CLI reads")
    func configuration() throws {
        let typist = Typist(["mirror", "eu-central-1", "", "cron(15 3 * * ? *)", "ops@example.com", "vaults/"])
        var settings = DeploymentSettings()
        settings.architecture = "x86_64"
        try settings.ask(typist.dialogue)
        #expect(settings.secret == "obsync", "an empty answer takes the suggestion")
        let text = settings.samConfiguration
        #expect(text.contains("stack_name = \"mirror\"\nregion = \"eu-central-1\"\n"))
        #expect(
            text.contains(
                #"""
                parameter_overrides = "SecretName=\"obsync\" ScheduleExpression=\"cron(15 3 * * ? *)\" \#
                ScheduleState=\"DISABLED\" DeadManPeriod=\"86400\" AlertEmail=\"ops@example.com\" FilesPrefix=\"vaults/\" Architecture=\"x86_64\""
                """#
            )
        )
    }

    @Test(
        "the dead man's alarm waits as long as the schedule",
        arguments: [
            ("rate(1 hour)", 3600), ("rate(90 minutes)", 21600), ("rate(12 hours)", 43200), ("rate(1 day)", 86400),
            ("rate(2 days)", 259_200), ("rate(7 days)", 259_200), ("cron(15 3 * * ? *)", 86400),
        ]
    )
    func deadMan(schedule: String, seconds: Int) {
        let settings = DeploymentSettings(schedule: schedule)
        #expect(settings.deadManPeriod == seconds)
    }

    @Test(
        "the region is suggested that the AWS tools would use",
        arguments: [
            (["--region", "eu-west-1"], ["AWS_REGION": "eu-west-2"], "eu-west-1"),
            ([], ["AWS_REGION": "eu-west-2", "AWS_DEFAULT_REGION": "eu-west-3"], "eu-west-2"),
            ([], ["AWS_PROFILE": "work"], "eu-south-1"), ([], [:], "eu-central-1"),
            ([], ["AWS_PROFILE": "none"], "us-east-1"),
        ] as [([String], [String: String], String)]
    )
    func region(options: [String], environment: [String: String], region: String) throws {
        let config = "[default]\nregion = eu-central-1\n[profile work]\nregion = eu-south-1\n"
        let command = try InitCommand.parse(options)
        let settings = try command.suggestions(environment) { $0.hasSuffix("/config") ? config : nil }
        #expect(settings.region == region)
    }

    @Test("a wrong answer is explained and asked for again")
    func asksAgain() throws {
        let typist = Typist(["-x", "mirror", "", "", "every day", "rate(1 hour)", "", ""])
        var settings = DeploymentSettings()
        try settings.ask(typist.dialogue)
        #expect(settings.stack == "mirror")
        #expect(settings.schedule == "rate(1 hour)")
        #expect(typist.shown.withLock { $0 }.contains("written like rate(1 day)"))
    }

    @Test("an end of the input is an error that names the question")
    func endOfInput() {
        var settings = DeploymentSettings()
        let error = #expect(throws: SyncError.self) { try settings.ask(Typist(["mirror"]).dialogue) }
        #expect(error?.name == .invalidInput)
        #expect(error?.message.contains("AWS region") == true)
    }

    @Test(
        "an option that could break out of the file is refused by its name",
        arguments: ["--stack", "--region", "--secret", "--schedule", "--alert-email", "--prefix"]
    )
    func refuses(option: String) {
        var settings = DeploymentSettings()
        let breakout = "x\" y=\"z\n"
        switch option {
        case "--stack": settings.stack = breakout
        case "--region": settings.region = breakout
        case "--secret": settings.secret = breakout
        case "--schedule": settings.schedule = breakout
        case "--alert-email": settings.alertEmail = breakout
        default: settings.prefix = breakout
        }
        let error = #expect(throws: SyncError.self) { try settings.check() }
        #expect(error?.message.contains(option) == true)
    }

    @Test("of a secret that is being deleted it is said before anybody types a new one")
    func deletedSecret() async throws {
        let keys = ["AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"]
        let http = RecordedHTTP([
            .json(#"{"Name": "obsync", "DeletedDate": 1795000000.5}"#), .json(#"{"Name": "obsync"}"#),
        ])
        let upload = try SecretUpload(environment: keys, region: "eu-central-1", executor: http, logger: .quiet)
        let error = await #expect(throws: SyncError.self) { try await upload.exists("obsync") }
        #expect(error?.name == .invalidConfiguration)
        #expect(error?.message.contains("restore") == true)
        #expect(try await upload.exists("obsync"))
    }

    @Test("the secret of an Obsidian account is made of answers, and no answer is shown")
    func obsidianSecret() throws {
        let typist = Typist(["", "you@example.com", "pass", "totp", "abc123", "vault-pass", ""])
        let secret = try SecretDialogue.ask(typist.dialogue)
        #expect(try secret.text("provider") == "obsidian")
        #expect(try secret.text("auth", "password") == "pass")
        #expect(try secret.text("auth", "totp_secret") == "totp")
        #expect(try secret.text("vaults", "abc123", "password") == "vault-pass")
        #expect(!typist.shown.withLock { $0 }.contains("pass\n"))
    }

    @Test("a GoPro account has a refresh token with its client, or a captured access token")
    func goProSecret() throws {
        let refreshable = try SecretDialogue.ask(Typist(["gopro", "refresh", "client", "client-secret"]).dialogue)
        #expect(try refreshable.text("refresh_token") == "refresh")
        #expect(try refreshable.text("client_secret") == "client-secret")
        let captured = try SecretDialogue.ask(
            Typist(["gopro", "", "access", "tomorrow", "2026-11-22T04:30:00Z"]).dialogue
        )
        #expect(try captured.text("access_token") == "access")
        #expect(try captured.text("refresh_token") == nil)
        #expect(try captured.text("expires_at") == "2026-11-22T04:30:00Z")
    }

    @Test(
        "a secret from standard input that nobody could sign in with is refused",
        arguments: [
            "[]", "{\"provider\":\"dropbox\"}", "{}", "", "{\"provider\":\"obsidian\"}",
            "{\"provider\":\"obsidian\",\"auth\":{\"email\":\"a@example.com\"}}",
            "{\"provider\":\"gopro\",\"refresh_token\":\"r\",\"client_id\":\"c\"}",
        ]
    )
    func badSecret(json: String) {
        #expect(throws: SyncError.self) { try SecretDialogue.read(Data(json.utf8)) }
    }

    @Test(
        "a secret from standard input with a way to sign in is taken",
        arguments: [
            "{\"provider\":\"obsidian\",\"auth\":{\"email\":\"a@example.com\",\"password\":\"p\"}}",
            "{\"provider\":\"obsidian\",\"token\":{\"value\":\"t\"}}",
            "{\"provider\":\"gopro\",\"access_token\":\"a\"}",
            "{\"provider\":\"gopro\",\"refresh_token\":\"r\",\"client_id\":\"c\",\"client_secret\":\"s\"}",
        ]
    )
    func goodSecret(json: String) throws {
        #expect(try SecretDialogue.read(Data(json.utf8)) == Secret(json: Data(json.utf8)))
    }

    @Test("a secret that exists is replaced only after a yes", arguments: [("", false), ("no", false), ("Yes", true)])
    func confirms(answer: String, expected: Bool) throws {
        #expect(try Typist(["perhaps", answer]).dialogue.confirm("Replace it") == expected)
    }
}
