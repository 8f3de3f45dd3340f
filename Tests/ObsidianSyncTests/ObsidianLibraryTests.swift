import HTTPTransport
import Simulators
import SyncCore
import TestSupport
import Testing

@testable import ObsidianSync

@Suite("An open account", .tags(.integration), .timeLimit(.minutes(10)))
struct ObsidianLibraryTests {
    @Test("sign-in with a code gives a token that is valid, and vaults")
    func signIn() async throws {
        try await SimulatedService.with { service in
            let provider = try service.provider
            let secret = try await provider.renew(SimulatedService.secret(), logger: quiet)
            #expect(try await provider.check(secret, logger: quiet) == .valid(vaults: 1, expires: nil))
            let vaults = try await provider.withLibrary(secret, logger: quiet) { try await $0.vaults() }
            #expect(vaults.map(\.id.rawValue) == [SimulatedService.vaultID])
            #expect(vaults.map(\.name) == ["Test"])
            service.simulator.library.revokeTokens()
            #expect(try await provider.check(secret, logger: quiet) == .refused)
            #expect(service.simulator.counters.signIns == 1)
        }
    }

    @Test("an overloaded sign-in is transient, and not repeated at once")
    func overloaded() async throws {
        try await SimulatedService.with { service in
            service.simulator.inject(.signInOverloaded, times: nil)
            let error = try await syncError(.throttled) {
                try await service.provider.renew(SimulatedService.secret(), logger: quiet)
            }
            #expect(error.retryAfter == .seconds(300))
            #expect(service.simulator.counters.signIns == 1)
        }
    }

    @Test("a wrong vault password is found before a socket is opened")
    func wrongPassword() async throws {
        try await SimulatedService.with { service in
            let error = try await syncError(.vaultPasswordWrong) {
                try await service.withVault(SimulatedService.secret(vaultPassword: "hidden, and wrong")) { _ in }
            }
            Hidden.expectAbsent(in: error)
            #expect(service.simulator.counters.socketsOpened == 0)
        }
    }

    @Test("a vault password that the secret lacks is named by its field")
    func missingPassword() async throws {
        try await SimulatedService.with { service in
            let error = try await syncError(.invalidConfiguration) {
                try await service.withVault(SimulatedService.secret(vaultPassword: nil)) { _ in }
            }
            #expect(error.message.contains("vaults.\(SimulatedService.vaultID).password"))
        }
    }

    @Test("a managed vault needs no password")
    func managed() async throws {
        var settings = SimulatedVault.Configuration(id: SimulatedService.vaultID, name: "M", password: "m", salt: "s")
        settings.isManaged = true
        settings.isShared = true
        settings.encryptionVersion = 0
        let vault = try SimulatedVault(settings)
        vault.write("a.md", .text("a"))
        try await SimulatedService.with(vault) { service in
            let (entries, _) = try await service.withVault(SimulatedService.secret(vaultPassword: nil)) {
                try await $0.entries()
            }
            #expect(entries.map(\.path.rawValue) == ["a.md"])
        }
    }

    @Test("without a subscription no vault opens")
    func subscription() async throws {
        try await SimulatedService.with { service in
            service.simulator.library.hasSubscription = false
            try await syncError(.subscriptionExpired) { try await service.withVault { _ in } }
        }
    }

    @Test("a vault that the account does not have is an error of the input")
    func unknownVault() async throws {
        try await SimulatedService.with { service in
            let id = try #require(VaultID("ffffffffffffffffffffffffffffffff"))
            try await syncError(.invalidInput) {
                try await service.withLibrary { try await $0.withVault(id, since: nil) { _ in } }
            }
        }
    }

    @Test("a cursor that is none is an error of the input", arguments: ["", "abc", "-1", "1.5", "9223372036854775808"])
    func foreignCursor(text: String) async throws {
        try await SimulatedService.with { service in
            try await syncError(.invalidInput) { try await service.withVault(since: SourceCursor(text)) { _ in } }
        }
    }

    @Test(
        "a refused init is the error of its text, in every form",
        arguments: ObsidianSimulator.OpeningErrorForm.allCases
    )
    func refusedInit(form: ObsidianSimulator.OpeningErrorForm) async throws {
        var configuration = ObsidianSimulator.Configuration()
        configuration.openingErrorForm = form
        try await SimulatedService.with(configuration: configuration) { service in
            for (text, name) in [
                ("Not logged in", SyncError.Name.tokenExpired), ("Server overloaded", .throttled),
                ("Vault not found.", .invalidInput), ("what nobody knows", .protocolChanged),
            ] {
                service.simulator.inject(.openingRefused(text))
                try await syncError(name) { try await service.withVault { _ in } }
            }
        }
    }

    @Test("a pong before the answer to init is passed over")
    func pong() async throws {
        try await SimulatedService.with { service in
            service.simulator.inject(.pongBeforeOpening)
            let (entries, _) = try await service.withVault { try await $0.entries() }
            #expect(!entries.isEmpty)
        }
    }

    @Test("a host that refuses sockets is unavailable")
    func upgrade() async throws {
        try await SimulatedService.with { service in
            service.simulator.inject(.upgradeUnavailable)
            try await syncError(.sourceUnavailable) { try await service.withVault { _ in } }
        }
    }

    @Test("one REST failure is overcome, three are not")
    func unavailable() async throws {
        try await SimulatedService.with { service in
            service.simulator.inject(.restUnavailable)
            try await service.withVault { _ in }
            #expect(service.clock.sleeps.count == 1)
            service.simulator.inject(.restUnavailable, times: 3)
            try await syncError(.sourceUnavailable) { try await service.withVault { _ in } }
        }
    }

    @Test("a token that is refused on the way is expired")
    func tokenRefused() async throws {
        try await SimulatedService.with { service in
            try await syncError(.tokenExpired) {
                try await service.withLibrary { library in
                    service.simulator.inject(.tokenRefused)
                    return try await library.vaults()
                }
            }
        }
    }

    @Test("a list that states no encryption version is read with the one that is set", arguments: [2, 3])
    func assumedVersion(version: Int) async throws {
        let vault = try SimulatedService.vault(version: version)
        let environment = ["OBSIDIAN_ENCRYPTION_VERSION": "\(version)"]
        try await SimulatedService.with(vault, environment: environment) { service in
            service.simulator.inject(.versionUnstated, times: nil)
            let (entries, _) = try await service.withVault { try await $0.entries() }
            #expect(entries.contains { $0.path == VaultPath("Notes/Hello.md") })
        }
    }

    @Test("what the list states is believed before what is set")
    func statedVersion() async throws {
        try await SimulatedService.with(environment: ["OBSIDIAN_ENCRYPTION_VERSION": "0"]) { service in
            let (entries, _) = try await service.withVault { try await $0.entries() }
            #expect(entries.contains { $0.path == VaultPath("Notes/Hello.md") })
        }
    }

    @Test("a password of the user's wins over one that the service states, and is said to be the user's")
    func ownPassword() async throws {
        var settings = SimulatedVault.Configuration(
            id: SimulatedService.vaultID,
            name: "Managed",
            password: "hidden managed key",
            salt: SimulatedService.salt
        )
        settings.isManaged = true
        try await SimulatedService.with(SimulatedVault(settings)) { service in
            let stated = try await service.withLibrary(SimulatedService.secret(vaultPassword: nil)) {
                try await $0.vaults()
            }
            #expect(stated.map(\.passwordSource) == [.managed])
            try await service.withVault(SimulatedService.secret(vaultPassword: nil)) { _ in }
            let own = try await service.withLibrary(SimulatedService.secret(vaultPassword: "hidden other")) {
                try await $0.vaults()
            }
            #expect(own.map(\.passwordSource) == [.own])
            let error = try await syncError(.vaultPasswordWrong) {
                try await service.withVault(SimulatedService.secret(vaultPassword: "hidden other")) { _ in }
            }
            #expect(error.message.contains("\"Managed\" (\(SimulatedService.vaultID))"))
            Hidden.expectAbsent(in: error)
        }
    }

    @Test("a wrong assumption of the encryption version is said to be that", arguments: ["2", nil])
    func wrongVersion(version: String?) async throws {
        let environment = version.map { ["OBSIDIAN_ENCRYPTION_VERSION": $0] } ?? [:]
        try await SimulatedService.with(environment: environment) { service in
            service.simulator.inject(.versionUnstated, times: nil)
            let error = try await syncError(.vaultPasswordWrong) { try await service.withVault { _ in } }
            #expect(error.message.contains("OBSIDIAN_ENCRYPTION_VERSION"))
            #expect(error.message.contains("\"Test\""))
        }
    }

    @Test("opening a vault again costs no call but init")
    func calls() async throws {
        try await SimulatedService.with { service in
            try await service.withLibrary { library in
                _ = try await library.vaults()
                let id = try #require(VaultID(SimulatedService.vaultID))
                for _ in 0..<3 { try await library.withVault(id, since: SourceCursor("1")) { _ in } }
            }
            #expect(service.simulator.counters.restRequests == ["/user/signin": 1, "/vault/list": 1])
        }
    }

    @Test("a vault that has moved to another host is found there")
    func movedHost() async throws {
        try await SimulatedService.with { service in
            try await service.withVault { _ in }
            service.simulator.inject(.hostMoved, times: nil)
            let (entries, _) = try await service.withVault { try await $0.entries() }
            #expect(!entries.isEmpty)
        }
    }

    @Test("a redirect is not followed")
    func redirect() async throws {
        try await SimulatedService.with { other in
            try await SimulatedService.with { service in
                service.simulator.inject(.restRedirected(to: other.simulator.baseURL + "/vault/list"), times: nil)
                try await syncError(.sourceUnavailable) {
                    try await service.provider.renew(SimulatedService.secret(), logger: quiet)
                }
            }
            #expect(other.simulator.counters.restRequests.isEmpty)
        }
    }

    @Test("errors of sockets tell when to open the next one, and what arrives whole starts anew")
    func backoff() async throws {
        try await SimulatedService.with { service in
            let provider = try service.provider
            let secret = try await provider.renew(SimulatedService.secret(), logger: quiet)
            let id = try #require(VaultID(SimulatedService.vaultID))
            func open() async throws {
                try await provider.withLibrary(secret, logger: quiet) { library in
                    try await library.withVault(id, since: nil) { _ = try await $0.entries() }
                }
            }
            service.simulator.inject(.upgradeUnavailable, times: 3)
            var waits: [Duration?] = []
            for _ in 0..<3 { waits.append(try await syncError(.sourceUnavailable) { try await open() }.retryAfter) }
            #expect(waits == [.zero, .milliseconds(3750), .milliseconds(7500)])
            try await open()
            service.simulator.inject(.listingCut(afterRecords: 1))
            #expect(try await syncError(.sourceUnavailable) { try await open() }.retryAfter == .zero)
        }
    }

    // MARK: - Against recorded answers

    private static func open(
        _ vault: String,
        configuration: ObsidianProvider.Configuration? = nil
    ) async throws {
        let configuration = try configuration ?? .init(environment: ["OBSIDIAN_API_URL": "http://127.0.0.1:1"])
        let http = RecordedHTTP([.json(#"{"vaults":[\#(vault)]}"#), .json(#"{"allowed":true}"#)])
        let clock = ManualClock()
        let library = ObsidianLibrary(
            api: ObsidianAPI(baseURL: "https://api.example", executor: http, clock: clock, random: { 0 }),
            configuration: configuration,
            client: WebSocketClient(connector: ChannelConnector(configuration.network)),
            lists: VaultLists(),
            keyring: VaultKeyring(),
            shelf: SocketShelf(lifetime: .zero, clock: clock),
            backoff: ReconnectBackoff(random: { 0 }),
            secret: Secret(["vaults": .object(["a": .object(["password": .string(Hidden.password)])])]),
            token: Hidden.token,
            logger: quiet
        )
        let id = try #require(VaultID("a"))
        try await library.withVault(id, since: nil) { _ in }
    }

    @Test("an encryption version that nobody knows is refused clearly", arguments: [1, 4])
    func unknownVersion(version: Int) async throws {
        let error = try await syncError(.protocolChanged) {
            try await Self.open(#"{"id":"a","host":"127.0.0.1:1","salt":"s","encryption_version":\#(version)}"#)
        }
        #expect(error.message.contains("version \(version)"))
    }

    @Test("no socket goes to a host that the policy does not know")
    func foreignHost() async throws {
        let error = try await syncError(.protocolChanged) {
            try await Self.open(#"{"id":"a","host":"sync.evil.example","salt":"s"}"#)
        }
        #expect(error.message.contains("OBSYNC_ALLOW_HOSTS"))
        Hidden.expectAbsent(in: error)
    }

    @Test("a host that nobody answers on is unavailable")
    func deadHost() async throws {
        let port = try await SimulatedService.with { $0.simulator.port }
        let error = try await syncError(.sourceUnavailable) {
            try await Self.open(#"{"id":"a","host":"127.0.0.1:\#(port)","salt":"s"}"#)
        }
        Hidden.expectAbsent(in: error)
    }
}
