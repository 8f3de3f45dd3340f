import Authenticating
import TestSupport
import TestWorld
import Testing

@testable import SyncCore

@Suite("The authenticator")
struct AuthenticateTests {
    @Test("a token that works is used as it is")
    func goodToken() async throws {
        let world = World.withNotes()
        world.library.accept(token: "good")
        world.secrets.edit { $0.setting(.string("good"), at: "token", "value") }
        let stored = try await world.secrets.current()
        let output = try await world.authenticate("{}".asEvent)
        #expect(output.run == .first)
        #expect(output.provider == "fake")
        #expect(output.vaults == 1)
        #expect(output.secretVersion == stored.version)
        #expect(world.library.tokensIssued == 0)
    }

    @Test("a refused token is renewed and stored")
    func renews() async throws {
        let world = World.withNotes()
        let output = try await world.authenticate("{}".asEvent)
        #expect(world.library.tokensIssued == 1)
        #expect(try await world.secrets.current().secret.text("token", "value") == "token-1")
        #expect(try await world.secrets.current().version == output.secretVersion)
        _ = try await world.authenticate("{}".asEvent)
        #expect(world.library.tokensIssued == 1)
    }

    @Test("a password that is refused is a permanent failure")
    func refused() async throws {
        let world = World.withNotes()
        world.library.setAcceptsPassword(false)
        let error = await #expect(throws: SyncError.self) { try await world.authenticate("{}".asEvent) }
        #expect(error?.name == .authenticationFailed)
        #expect(world.secrets.writes == 0)
    }

    @Test("a run comes back a few times only")
    func limit() async throws {
        let world = World.withNotes()
        for (count, isRefused) in [(0, false), (2, false), (3, true)] {
            let event = """
                {"input": {"run": "run-1", "request": {}, "cursor": "c", "reauthentications": \(count), "error": {"Error": "x"}}}
                """
            if isRefused {
                let error = await #expect(throws: SyncError.self) { try await world.authenticate(event) }
                #expect(error?.name == .authenticationFailed)
            } else {
                let output = try await world.authenticate(event)
                #expect(output.reauthentications == count + 1)
                #expect(output.cursor == "c")
            }
        }
    }

    @Test("status does not ask the provider")
    func status() async throws {
        let world = World.withNotes()
        world.library.setAcceptsPassword(false)
        let output = try await world.authenticate(#"{"type": "status", "vault_ids": ["notes-id"]}"#.asEvent)
        #expect(output.vaults == nil)
        #expect(output.request.action == .status)
        let json = String(decoding: try FunctionJSON.encode(output), as: UTF8.self)
        #expect(json.contains(#""vaults":null"#))
        #expect(json.contains(#""cursor":null"#))
    }

    @Test("a bucket that is not allowed is refused, and so is a run id that is none")
    func refusedInput() async throws {
        let world = World.withNotes()
        let cases = [
            (#"{"dest_bucket": "other"}"#.asEvent, "dest_bucket"), (#"{"run": "a/b"}"#, "run"), ("{}", "run id"),
        ]
        for (event, field) in cases {
            let error = await #expect(throws: SyncError.self) { try await world.authenticate(event) }
            #expect(error?.name == .invalidInput)
            #expect(error?.message.contains(field) == true)
        }
    }

    @Test(
        "a run is named after its execution",
        arguments: [
            ("nightly-2026_11", "nightly-2026_11"), ("nightly 2026/11", "nightly-2026-11-4a682b0e913f413"),
            (String(repeating: "x", count: 76), String(repeating: "x", count: 76)),
        ]
    )
    func runNames(execution: String, run: String) async throws {
        let world = World.withNotes()
        let output = try await world.authenticate("{\"execution\": \"\(execution)\", \"input\": {}}")
        #expect(output.run.rawValue == run)
    }

    @Test("two names never make one run", arguments: [("sync.1", "sync+1"), ("caf\u{E9}", "caf-")])
    func distinctRuns(one: String, other: String) async throws {
        let world = World.withNotes()
        let first = try await world.authenticate("{\"execution\": \"\(one)\", \"input\": {}}")
        let second = try await world.authenticate("{\"execution\": \"\(other)\", \"input\": {}}")
        #expect(first.run != second.run)
        let long = String(repeating: "x", count: 79)
        let third = try await world.authenticate("{\"execution\": \"\(long)y\", \"input\": {}}")
        let fourth = try await world.authenticate("{\"execution\": \"\(long)z\", \"input\": {}}")
        #expect(third.run != fourth.run)
    }

    @Test("a provider that nobody knows is an error of configuration that names those who are known")
    func unknownProvider() throws {
        let providers: [any LibraryProvider] = [FakeProvider(FakeLibrary())]
        let error = #expect(throws: SyncError.self) {
            _ = try providers.named(in: Secret(["provider": .string("other")]))
        }
        #expect(error?.name == .invalidConfiguration)
        #expect(error?.message.contains("fake") == true)
    }
}
