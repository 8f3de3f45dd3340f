import Simulators
import SyncCore
import TestSupport
import Testing

@testable import GoProCloud

@Suite("tokens of the GoPro cloud")
struct GoProProviderTests {
    private func authenticate(
        _ world: GoProWorld,
        _ secrets: (any SecretStore)? = nil
    ) async throws -> AuthenticateOutput {
        let authenticate = Authenticate(
            AuthenticatePorts(
                secrets: secrets ?? world.secrets,
                providers: [world.provider],
                records: world.records,
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

    @Test("two authenticators at once: whoever loses the race uses the winner's pair")
    func race() async throws {
        let world = try GoProWorld([])
        let barrier = RaceSecretStore(world.secrets)
        async let one = authenticate(world, barrier)
        async let other = authenticate(world, barrier)
        let versions = try await [one.secretVersion, other.secretVersion]
        #expect(Set(versions).count == 1)
        #expect(world.simulator.counters.refreshes == 2)
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

/// Lets two readers have the same version before either of them writes.
private actor RaceSecretStore: SecretStore {
    private let base: MemorySecretStore
    private var readers = 0
    private var waiting: CheckedContinuation<Void, Never>?

    init(_ base: MemorySecretStore) {
        self.base = base
    }

    func current() async throws -> StoredSecret {
        let stored = try await base.current()
        readers += 1
        if readers == 1 {
            await withCheckedContinuation { waiting = $0 }
        } else if readers == 2 {
            waiting?.resume()
            waiting = nil
        } else {
            return try await base.current()
        }
        return stored
    }

    func staged(after version: String) async throws -> StoredSecret? {
        try await base.staged(after: version)
    }

    func stage(_ secret: Secret, after version: String) async throws -> StoredSecret {
        try await base.stage(secret, after: version)
    }

    func makeCurrent(_ staged: StoredSecret, insteadOf version: String) async throws -> Bool {
        try await base.makeCurrent(staged, insteadOf: version)
    }
}
