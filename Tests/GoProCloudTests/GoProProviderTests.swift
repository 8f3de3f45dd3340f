import Authenticating
import Clocks
import Simulators
import SyncCore
import Synchronization
import TestSupport
import Testing

@testable import GoProCloud

@Suite("tokens of the GoPro cloud")
struct GoProProviderTests {
    private func authenticate(
        _ world: GoProWorld,
        _ secrets: (any SecretStore)? = nil,
        records: (any RecordStore)? = nil
    ) async throws -> AuthenticateOutput {
        let authenticate = Authenticate(
            AuthenticatePorts(
                secrets: secrets ?? world.secrets,
                providers: [world.provider],
                records: records ?? world.records,
                clock: world.clock
            ),
            settings: AuthenticateSettings(),
            allowedBuckets: [],
            makeRunID: { RunID("run") }
        )
        return try await authenticate(FunctionJSON.decode(AuthenticateInput.self, from: "{}".utf8), logger: quiet)
    }

    @Test("the first token comes of the refresh token; the new pair is stored, used, and not renewed without need")
    func refreshes() async throws {
        let world = try GoProWorld([])
        let first = try await authenticate(world)
        #expect(first.provider == "gopro")
        #expect(first.vaults == 1)
        #expect(first.expiresAt == world.clock.now.advanced(by: .seconds(86_400)).iso8601)
        let stored = try await world.secrets.current().secret
        #expect(try stored.text("refresh_token") == world.library.refreshToken)
        _ = try await authenticate(world)
        #expect(world.secrets.writes == 1)
        #expect(world.simulator.counters.refreshes == 1)
    }

    @Test("a token that is about to run out by its own account is renewed before it does")
    func early() async throws {
        let world = try GoProWorld([])
        _ = try await authenticate(world)
        world.clock.advance(by: .seconds(86_400 - 1700))
        _ = try await authenticate(world)
        #expect(world.simulator.counters.refreshes == 2)
    }

    @Test(
        "a refused token is renewed once, also where the refusal looks like a server fault",
        arguments: [true, false]
    )
    func refused(asServerFault: Bool) async throws {
        let world = try GoProWorld([])
        _ = try await authenticate(world)
        world.clock.advance(by: .seconds(3600))
        world.library.revokeAccessTokens()
        if asServerFault { world.simulator.inject(.deadTokenAsServerFault, times: 4) }
        _ = try await authenticate(world)
        #expect(world.simulator.counters.refreshes == 2)
    }

    @Test("a fresh token that is refused again ends the run for good")
    func refusedAgain() async throws {
        let world = try GoProWorld([])
        world.simulator.inject(.tokenRefused, times: nil)
        let error = await #expect(throws: SyncError.self) { try await authenticate(world) }
        #expect(error?.name == .authenticationFailed)
    }

    @Test("a server fault with a fresh token is a server fault")
    func faultWithFreshToken() async throws {
        let world = try GoProWorld([])
        world.simulator.inject(.serverFault, times: nil)
        let error = await #expect(throws: SyncError.self) { try await authenticate(world) }
        #expect(error?.name == .sourceUnavailable)
        #expect(world.simulator.counters.refreshes == 1)
    }

    @Test(
        "two authenticators at once: whoever comes second uses the pair of the first, also when the old one is spent",
        arguments: [(1, 1), (2, 1), (3, 2)]
    )
    func race(read: Int, refreshes: Int) async throws {
        let world = try GoProWorld([])
        let winner = Mutex<AuthenticateOutput?>(nil)
        let secrets = OvertakenSecretStore(world.secrets, atRead: read) {
            let output = try await authenticate(world, records: MemoryRecordStore())
            winner.withLock { $0 = output }
        }
        let loser = try await authenticate(world, secrets)
        #expect(winner.withLock { $0?.secretVersion } == loser.secretVersion)
        #expect(world.simulator.counters.refreshes == refreshes)
        #expect(world.secrets.writes == 1)
        #expect(try await world.secrets.current().secret.text("refresh_token") == world.library.refreshToken)
    }

    @Test("a refresh token that nobody has replaced is dead for good, and so is a refused client")
    func dead() async throws {
        let world = try GoProWorld([])
        _ = world.library.media
        let stale = MemorySecretStore(
            try await world.secrets.current().secret.setting(.string("long-gone"), at: "refresh_token")
        )
        let error = await #expect(throws: SyncError.self) { try await authenticate(world, stale) }
        #expect(error?.name == .authenticationFailed)
        #expect(error?.message.contains("refresh_token") == true)
        world.simulator.inject(.clientRefused)
        let client = await #expect(throws: SyncError.self) { try await authenticate(world) }
        #expect(client?.message.contains("client_id") == true)
    }

    @Test("a captured token is checked, and a plain sentence says when it has run out")
    func captured() async throws {
        let world = try GoProWorld([])
        let secret = Secret([
            "provider": .string("gopro"), "access_token": .string(world.library.issueCapturedToken()),
            "expires_at": .string("2026-02-03T00:00:00Z"),
        ])
        let store = MemorySecretStore(secret)
        let output = try await authenticate(world, store)
        #expect(output.expiresAt == "2026-02-03T00:00:00Z")
        world.library.revokeAccessTokens()
        let error = await #expect(throws: SyncError.self) { try await authenticate(world, store) }
        #expect(error?.name == .authenticationFailed)
        #expect(error?.message.contains("captured token has run out") == true)
        #expect(world.simulator.counters.refreshes == 0)
        #expect(store.writes == 0)
    }

    @Test("an unknown vault is refused")
    func unknownVault() async throws {
        let world = try GoProWorld([])
        let id = try #require(VaultID("other"))
        let secret = try await world.secret()
        let error = await #expect(throws: SyncError.self) {
            try await world.provider.withLibrary(secret, logger: quiet) { source in
                try await source.withVault(id, since: nil) { _ in }
            }
        }
        #expect(error?.name == .invalidInput)
    }
}

/// Runs something after one of its reads, so that the reader holds what is current no more.
private actor OvertakenSecretStore: SecretStore {
    private let base: MemorySecretStore
    private let read: Int
    private let overtake: @Sendable () async throws -> Void
    private var reads = 0

    init(_ base: MemorySecretStore, atRead read: Int, _ overtake: @escaping @Sendable () async throws -> Void) {
        self.base = base
        self.read = read
        self.overtake = overtake
    }

    func current() async throws -> StoredSecret {
        let stored = try await base.current()
        try await count()
        return stored
    }

    func staged(after version: String) async throws -> StoredSecret? {
        let stored = try await base.staged(after: version)
        try await count()
        return stored
    }

    private func count() async throws {
        reads += 1
        if reads == read { try await overtake() }
    }

    func stage(_ secret: Secret, after version: String) async throws -> StoredSecret {
        try await base.stage(secret, after: version)
    }

    func makeCurrent(_ staged: StoredSecret, insteadOf version: String) async throws -> Bool {
        try await base.makeCurrent(staged, insteadOf: version)
    }
}
