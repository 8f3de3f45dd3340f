import Logging
import NIOWebSocket
import Testing

@testable import Simulators

@Suite("Opening a vault and listing it", .timeLimit(.minutes(10)))
struct SocketTests {
    let vault: SimulatedVault

    init() throws {
        vault = try SimulatedVault(TestVault.configuration())
        vault.makeFolder("notes")
        vault.write("notes/a.md", .text("one"))
        vault.write("notes/a.md", .text("two"))
        vault.write("old.md", .text("x"))
        try vault.rename("old.md", to: "new.md")
    }

    @Test("a snapshot is the newest record of each live path, folders included, then ready")
    func snapshot() async throws {
        try await withTestVault(vault) { simulator, client, token in
            let (records, version) = try await client.withSocket { try await $0.open(vault, token: token) }
            #expect(records.map { $0["uid"]?.int } == [1, 3, 5])
            #expect(records.map { $0["folder"]?.bool } == [true, false, false])
            #expect(records.allSatisfy { $0["op"]?.string == "push" && $0["deleted"]?.bool == false })
            #expect(try records[1]["path"]?.string == vault.cipher.field("notes/a.md"))
            #expect(try records[1]["hash"]?.string == vault.cipher.field(SimulatedContent.text("two").sha256()))
            #expect(records[1]["size"]?.int == 31)
            #expect(records[1]["relatedpath"] == nil)
            #expect(try records[2]["relatedpath"]?.string == vault.cipher.field("old.md"))
            #expect(version == 6)
            #expect(simulator.counters.snapshots == 1)
            #expect(simulator.counters.recordsListed == 3)
        }
    }

    @Test("an incremental listing is everything after the version, deletions included")
    func incremental() async throws {
        try await withTestVault(vault) { simulator, client, token in
            let listing = try await client.withSocket {
                try await $0.open(vault, token: token, version: 1, initial: false)
            }
            #expect(listing.records.map { $0["uid"]?.int } == [2, 3, 4, 5, 6])
            #expect(listing.records.last?["deleted"]?.bool == true)
            #expect(listing.records.last?["hash"]?.string == "")
            let nothing = try await client.withSocket {
                try await $0.open(vault, token: token, version: 6, initial: false)
            }
            #expect(nothing.records.isEmpty)
            #expect(nothing.version == 6)
            #expect(simulator.counters.incrementalListings == 2)
        }
    }

    @Test("several sockets can be open, and are counted")
    func severalSockets() async throws {
        try await withTestVault(vault) { simulator, client, token in
            try await client.withSocket { first in
                _ = try await first.open(vault, token: token)
                try await client.withSocket { second in
                    let listing = try await second.open(vault, token: token, version: 6, initial: false)
                    #expect(listing.records.isEmpty)
                    #expect(simulator.counters.socketsOpen == 2)
                    #expect(try await first.pull(3).answer["size"]?.int == 31)
                    #expect(try await second.pull(3).answer["size"]?.int == 31)
                }
            }
            #expect(simulator.counters.socketsOpened == 2)
            #expect(simulator.counters.socketsOpenAtMost == 2)
        }
    }

    @Test("listings can come newest first")
    func newestFirst() async throws {
        var configuration = ObsidianSimulator.Configuration()
        configuration.listsNewestFirst = true
        try await withTestVault(vault, configuration: configuration) { _, client, token in
            let records = try await client.withSocket { try await $0.open(vault, token: token).records }
            #expect(records.map { $0["uid"]?.int } == [5, 3, 1])
        }
    }

    @Test("changes reach open sockets")
    func pushes() async throws {
        try await withTestVault(vault) { simulator, client, token in
            try await client.withSocket { socket in
                _ = try await socket.open(vault, token: token)
                vault.write("late.md", .text("late"))
                let push = try await socket.text()
                #expect(push["op"]?.string == "push")
                #expect(push["uid"]?.int == 7)
                try vault.rename("late.md", to: "later.md")
                #expect(try await socket.text()["uid"]?.int == 8)
                #expect(try await socket.text()["uid"]?.int == 9)
            }
            #expect(simulator.counters.socketsOpened == 1)
        }
    }

    /// The text of a refusal, after which the server must close.
    private func refusal(of message: String, _ client: TestClient) async throws -> String? {
        try await client.withSocket { socket in
            try await socket.send(message)
            let answer = try await socket.text()
            let end = try await socket.next()
            #expect(answer["res"]?.string == "err")
            #expect(end == .closed(1000))
            return answer["msg"]?.string
        }
    }

    @Test("an unfit init is refused, and the socket closed")
    func refusals() async throws {
        try await withTestVault(vault) { simulator, client, token in
            let good = TestVault.initMessage(token: token, vault: vault)
            let cases = [
                (TestVault.initMessage(token: "no", vault: vault), "Not logged in"),
                (good.replacing(TestVault.id, with: "unknown"), "Vault not found."),
                (
                    TestVault.initMessage(token: token, vault: vault, keyHash: "00"),
                    "Wrong vault key, please try again."
                ),
                (
                    good.replacing(#""encryption_version":3"#, with: #""encryption_version":0"#),
                    "Encryption version does not match."
                ),
                (#"{"op":"pull","uid":1}"#, "Invalid init message"),
                ("[]", "Invalid init message"),
            ]
            for (message, expected) in cases {
                let refusal = try await refusal(of: message, client)
                #expect(refusal == expected)
            }
            simulator.library.hasSubscription = false
            let expired = try await refusal(of: good, client)
            #expect(expired == "Your subscription to Obsidian Sync has expired.")
            simulator.library.hasSubscription = true
            simulator.inject(.openingRefused("Something new"))
            let injected = try await refusal(of: good, client)
            #expect(injected == "Something new")
            #expect(simulator.counters.snapshots == 0)
        }
    }

    @Test(
        "a refusal comes in the shape that is asked for",
        arguments: [
            (ObsidianSimulator.OpeningErrorForm.resultAndMessage, ["res": "err", "msg": "Not logged in"]),
            (.statusAndMessage, ["status": "err", "msg": "Not logged in"]),
            (.error, ["error": "Not logged in"]),
            (.shortError, ["err": "Not logged in"]),
        ]
    )
    func refusalShapes(form: ObsidianSimulator.OpeningErrorForm, expected: [String: String]) async throws {
        var configuration = ObsidianSimulator.Configuration()
        configuration.openingErrorForm = form
        try await withTestVault(vault, configuration: configuration) { _, client, _ in
            let answer = try await client.withSocket { socket in
                try await socket.send(TestVault.initMessage(token: "no", vault: vault))
                return try await socket.text()
            }
            #expect(answer == .object(expected.mapValues { .string($0) }))
        }
    }

    @Test("pings of both kinds are answered, and messages may come in fragments")
    func pings() async throws {
        try await withTestVault(vault) { _, client, token in
            try await client.withSocket { socket in
                _ = try await socket.open(vault, token: token)
                try await socket.send(#"{"op":"ping"}"#)
                #expect(try await socket.text() == .object(["op": .string("pong")]))
                try await socket.write(.ping, [1, 2, 3])
                #expect(try await socket.next() == .pong([1, 2, 3]))
                try await socket.write(.text, Array(#"{"op":"#.utf8), fin: false)
                try await socket.write(.continuation, Array(#""ping"}"#.utf8))
                #expect(try await socket.text() == .object(["op": .string("pong")]))
            }
        }
    }

    @Test("a client's closing frame is answered")
    func closing() async throws {
        try await withTestVault(vault) { _, client, token in
            try await client.withSocket { socket in
                _ = try await socket.open(vault, token: token)
                try await socket.write(.connectionClose, [0x03, 0xE8])
                #expect(try await socket.next() == .closed(1000))
            }
        }
    }

    @Test("writes are refused and counted", arguments: ["push", "restore", "purge"])
    func readOnly(operation: String) async throws {
        try await withTestVault(vault) { simulator, client, token in
            try await client.withSocket { socket in
                _ = try await socket.open(vault, token: token)
                try await socket.send(#"{"op":"\#(operation)","uid":1,"path":"00"}"#)
                #expect(try await socket.text()["err"]?.string != nil)
            }
            #expect(simulator.counters.refusedWrites == [operation: 1])
            #expect(vault.version == 6)
        }
    }

    @Test("faults: no upgrade, a pong before the answer, a listing that breaks off")
    func faults() async throws {
        try await withTestVault(vault) { simulator, client, token in
            simulator.inject(.upgradeUnavailable)
            let refusal = await #expect(throws: TestClient.NotUpgraded.self) { try await client.withSocket { _ in } }
            #expect(refusal?.status == 504)
            try await client.withSocket { socket in
                simulator.inject(.pongBeforeOpening)
                try await socket.send(TestVault.initMessage(token: token, vault: vault))
                #expect(try await socket.text()["op"]?.string == "pong")
                #expect(try await socket.text()["res"]?.string == "ok")
            }
            try await client.withSocket { socket in
                simulator.inject(.listingCut(afterRecords: 2))
                try await socket.send(TestVault.initMessage(token: token, vault: vault))
                #expect(try await socket.text()["res"]?.string == "ok")
                #expect(try await socket.text()["uid"]?.int == 1)
                #expect(try await socket.text()["uid"]?.int == 3)
                #expect(try await socket.next() == .closed(nil))
            }
            #expect(simulator.faults.isEmpty)
        }
    }

    @Test("the end of the scope cuts the sockets that are open")
    func scopeEnd() async throws {
        let (opened, signal) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        try await withThrowingTaskGroup(of: TestEvent.self) { group in
            let vault = vault
            let client = try await withObsidianSimulator(
                library: TestVault.library(vault),
                logger: TestVault.logger
            ) { simulator in
                let client = TestClient(simulator)
                let token = try await client.token()
                group.addTask {
                    try await client.withSocket { socket in
                        _ = try await socket.open(vault, token: token)
                        signal.yield()
                        return try await socket.next()
                    }
                }
                for await _ in opened { break }
                return client
            }
            #expect(try await group.next() == .closed(nil))
            await #expect(throws: (any Error).self) { try await client.post("/user/info", "{}") }
        }
    }

    @Test("the scope passes errors on and gives the port back")
    func scopeError() async throws {
        struct Stop: Error {}
        let library = TestVault.library(vault)
        var configuration = ObsidianSimulator.Configuration()
        configuration.port = try await withObsidianSimulator(library: library, logger: TestVault.logger) { $0.port }
        await #expect(throws: Stop.self) {
            try await withObsidianSimulator(
                library: library,
                configuration: configuration,
                logger: TestVault.logger
            ) { simulator in
                #expect(simulator.baseURL == "http://127.0.0.1:\(configuration.port)")
                throw Stop()
            }
        }
    }
}
