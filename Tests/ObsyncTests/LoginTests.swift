import Clocks
import Foundation
import HTTPTransport
import LocalAdapters
import Simulators
import SyncCore
import Synchronization
import TestSupport
import Testing

@testable import obsync

/// `obsync login`, `vaults` and `logout` against the built-in services.
@Suite("signing in", .tags(.integration))
struct LoginTests {
    private func login(_ answers: [String], _ typist: Typist? = nil, known: Secret? = nil) async throws -> Secret {
        let typist = typist ?? Typist(answers)
        return try await withObsidianSimulator(library: try SampleLibrary.make(), logger: quietLogger) { server in
            try await AsyncHTTPClientTransport.with { transport in
                try await Login(
                    dialogue: typist.dialogue,
                    providers: try LocalFolder.providers(
                        environment: ["OBSIDIAN_API_URL": server.baseURL],
                        executor: transport,
                        clock: SystemClock()
                    ),
                    clock: SystemClock(),
                    logger: quietLogger
                ).secret(provider: "obsidian", known: known)
            }
        }
    }

    private let account = [SampleLibrary.email, SampleLibrary.password, SampleLibrary.totpSecret]

    @Test("asks for the password of each vault that needs one until it fits, and keeps what renewal needs")
    func whole() async throws {
        let typist = Typist(account + ["yes", "wrong", SampleLibrary.fieldNotesPassword])
        let secret = try await login([], typist)
        #expect(try secret.text("provider") == "obsidian")
        #expect(try secret.text("auth", "totp_secret") == SampleLibrary.totpSecret)
        #expect(try secret.text("token", "value") != nil)
        #expect(
            try secret.text("vaults", SampleLibrary.fieldNotesID, "password") == SampleLibrary.fieldNotesPassword
        )
        #expect(try secret.text("vaults", SampleLibrary.archiveID, "password") == nil, "Obsidian keeps that one")
        let shown = typist.shown.withLock { $0 }
        #expect(shown.contains("the password does not fit"))
        #expect(shown.contains("\(SampleLibrary.fieldNotesName) (\(SampleLibrary.fieldNotesID)): can be read"))
        #expect(shown.contains("\(SampleLibrary.archiveName) (\(SampleLibrary.archiveID)): can be read"))
        for secret in account + [SampleLibrary.fieldNotesPassword] where secret != SampleLibrary.email {
            #expect(!shown.contains(secret))
        }
    }

    @Test("keeps the token alone where somebody does not want both factors in one place")
    func tokenOnly() async throws {
        let secret = try await login(account + ["no", SampleLibrary.fieldNotesPassword])
        #expect(try secret.text("auth", "email") == SampleLibrary.email)
        #expect(try secret.text("auth", "password") == nil)
        #expect(try secret.text("auth", "totp_secret") == nil)
        #expect(try secret.text("token", "value") != nil)
    }

    @Test("a password that is left out can be added later, and says how")
    func leftOut() async throws {
        let typist = Typist(account + ["yes", ""])
        let secret = try await login([], typist)
        #expect(try secret.text("vaults", SampleLibrary.fieldNotesID, "password") == nil)
        #expect(typist.shown.withLock { $0.contains("obsync login --vault \(SampleLibrary.fieldNotesID)") })
    }

    @Test("passwords that are known already are kept and not asked for")
    func known() async throws {
        let secret = try await login(account + ["yes"], known: DemoSource.sampleSecret)
        #expect(
            try secret.text("vaults", SampleLibrary.fieldNotesID, "password") == SampleLibrary.fieldNotesPassword
        )
    }

    @Test("three wrong passwords are enough")
    func refused() async throws {
        let wrong = [SampleLibrary.email, "wrong", ""]
        let error = await #expect(throws: SyncError.self) { try await login(wrong + wrong + wrong + account) }
        #expect(error?.name == .authenticationFailed)
    }

    @Test("the commands do the same with a file that only its owner can read", .timeLimit(.minutes(5)))
    func commands() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "obsync-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await withObsidianSimulator(library: try SampleLibrary.make(), logger: quietLogger) { server in
            let environment = ["OBSIDIAN_API_URL": server.baseURL, "XDG_CONFIG_HOME": folder]
            func run(_ arguments: String, typing lines: [String] = []) async throws -> ProgramOutcome {
                let typed = lines.map(\.shellQuoted).joined(separator: " ")
                let input = lines.isEmpty ? "" : "printf '%s\\n' \(typed) | "
                return try await ObsyncProcess.run(script: "\(input)$OBSYNC \(arguments)", environment: environment)
            }
            let none = try await run("vaults")
            #expect(none.status == 64)
            #expect(none.error.contains("obsync login"))

            let login = try await run("login", typing: ["obsidian"] + account + ["yes", ""])
            #expect(login.status == 0, "\(login.error)")
            let file = folder + "/obsync/credentials.json"
            #expect(login.error.contains("Kept in \(file)."))
            let attributes = try FileManager.default.attributesOfItem(atPath: file)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)

            let before = try await run("vaults --json")
            #expect(before.output.contains(#""password":"missing""#))
            #expect(before.output.contains(#""password":"not needed""#))
            let name = SampleLibrary.fieldNotesName
            let added = try await run("login --vault '\(name)'", typing: [SampleLibrary.fieldNotesPassword])
            #expect(added.status == 0, "\(added.error)")
            #expect(try await run("vaults --json").output.contains(#""password":"known""#))
            let list = try await run("vaults")
            #expect(list.output.contains(SampleLibrary.fieldNotesID))

            // The file is found without being named.
            let sync = try await run("sync --dest \(folder)/mirror --json")
            #expect(sync.status == 0, "\(sync.error)")
            let mirrored = try await run("vaults --dest \(folder)/mirror --json")
            #expect(mirrored.output.contains(#""mirrored":"20"#))

            #expect(try await run("logout").status == 0)
            #expect(!FileManager.default.fileExists(atPath: file))
            #expect(try await run("logout").output.contains("Nobody is signed in"))
        }
    }

    @Test("GoPro's captured token is checked, its terms are stated; one that is refused is not kept")
    func gopro() async throws {
        let library = SampleMediaLibrary.make()
        let token = library.issueCapturedToken()
        let typist = Typist([token, "never-given-out-token"])
        try await withGoProSimulator(library: library, logger: quietLogger) { server in
            try await AsyncHTTPClientTransport.with { transport in
                let login = Login(
                    dialogue: typist.dialogue,
                    providers: try LocalFolder.providers(
                        environment: GoProDemo.environment(server),
                        executor: transport,
                        clock: SystemClock()
                    ),
                    clock: SystemClock(),
                    logger: quietLogger
                )
                let secret = try await login.secret(provider: "gopro", known: nil)
                #expect(try secret.text("access_token") == token)
                let error = await #expect(throws: SyncError.self) {
                    try await login.secret(provider: "gopro", known: nil)
                }
                #expect(error?.name == .authenticationFailed)
            }
        }
        #expect(typist.shown.withLock { $0.contains("ordinary web browser only") && !$0.contains(token) })
    }

    @Test(
        "GoPro's token is found in what browsers copy",
        arguments: [
            ("eyJhbGciOiJSU0EtT0FFUCJ9.abc-_DEF", "eyJhbGciOiJSU0EtT0FFUCJ9.abc-_DEF"),
            (
                "curl 'https://api.gopro.com/media' \\\n -H 'authorization: Bearer aaaabbbbccccdddd.eee' \\\n",
                "aaaabbbbccccdddd.eee"
            ),
            ("-b 'x=1; gp_access_token=aaaabbbbccccddddeeee; y=2'", "aaaabbbbccccddddeeee"),
            (#"{"access_token": "aaaabbbbccccddddeeee", "expires_in": 1}"#, "aaaabbbbccccddddeeee"),
        ]
    )
    func tokens(_ text: String, _ token: String) {
        #expect(CapturedLogin.token(in: text, cookie: "gp_access_token") == token)
    }

    @Test("what holds no token is refused", arguments: ["", "short", "two words that are long enough"])
    func noTokens(_ text: String) {
        #expect(CapturedLogin.token(in: text, cookie: "gp_access_token") == nil)
    }
}
