import Clocks
import Logging
import TestSupport
import Testing

@testable import Authenticating
@testable import SyncCore

@Suite("Renewing a token")
struct TokenRenewalTests {
    private let desk = AuthenticatorDesk()

    private func refuseToken() async throws -> StoredSecret {
        let stored = try await desk.current
        try desk.account.kill(accessTokenOf: stored.secret)
        return stored
    }

    /// What somebody has done who was killed after staging.
    private func stageAndDie() async throws -> StoredSecret {
        let base = try await desk.current
        let renewed = try await RotatingProvider(desk.account).renew(base.secret, logger: .quiet)
        return try await desk.secrets.stage(renewed, after: base.version)
    }

    /// The store, with an edit between the staging and the first attempt to make the staged secret current.
    private func editing(_ change: @escaping @Sendable (Secret) -> Secret) -> FaultySecretStore {
        let secrets = desk.secrets
        let faults = Faults<FaultySecretStore.Operation> { operation, number in
            if operation == .makeCurrent, number == 1 { secrets.edit(change) }
            return nil
        }
        return FaultySecretStore(secrets, fail: faults)
    }

    @Test("the new token is current afterwards, the rest of the secret is what it was")
    func renews() async throws {
        desk.secrets.edit { $0.setting(.array([.integer(1), .null]), at: "of tomorrow", "deep") }
        let before = try await refuseToken()
        let output = try await desk.authenticate()
        let after = try await desk.current
        #expect(after.version == output.secretVersion)
        var expected = before.secret
        for field in ["refresh_token", "access_token", "expires_at"] {
            expected = expected.taking(field, from: after.secret)
        }
        #expect(after.secret == expected)
        #expect(after.secret != before.secret)
        #expect(try desk.account.canRenew(after.secret))
    }

    @Test("what was staged by somebody who came no further is taken, and the provider is asked for no other")
    func takesStaged() async throws {
        _ = try await refuseToken()
        let staged = try await stageAndDie()
        let output = try await desk.authenticate()
        #expect(output.secretVersion == staged.version)
        #expect((desk.account.renewals, desk.account.replays) == (1, 0))
    }

    @Test("what was staged long ago is what the next token is got with")
    func renewsFromStaged() async throws {
        _ = try await refuseToken()
        let staged = try await stageAndDie()
        try desk.account.kill(accessTokenOf: staged.secret)
        let output = try await desk.authenticate()
        #expect(output.secretVersion != staged.version)
        #expect((desk.account.renewals, desk.account.replays) == (2, 0))
        #expect(try desk.account.canRenew(try await desk.current.secret))
    }

    @Test("what was staged after a secret that has been edited since is left alone")
    func ignoresForeignStage() async throws {
        _ = try await stageAndDie()
        desk.secrets.edit { _ in AuthenticatorDesk.password }
        let output = try await desk.authenticate()
        #expect(output.provider == "fake")
        #expect(try await desk.current.secret.text("auth", "password") == "s3cret")
    }

    @Test("a secret that is edited meanwhile keeps both the edit and the new token")
    func editedMeanwhile() async throws {
        _ = try await refuseToken()
        let store = editing { $0.setting(.string("by hand"), at: "edited") }
        let output = try await desk.authenticate("{}", secrets: store)
        let current = try await desk.current
        #expect(current.version == output.secretVersion)
        #expect(try current.secret.text("edited") == "by hand")
        #expect(try desk.account.canRenew(current.secret))
    }

    @Test("a token that somebody has put there meanwhile goes first")
    func replacedMeanwhile() async throws {
        _ = try await refuseToken()
        let store = editing { $0.setting(.string("access-by-hand"), at: "access_token") }
        let output = try await desk.authenticate("{}", secrets: store)
        #expect(try await desk.current.secret.text("access_token") == "access-by-hand")
        #expect(try await desk.current.version == output.secretVersion)
    }

    @Test("a staged secret whose acknowledgement is lost is staged again as the same version", arguments: [1, 3])
    func lostAnswers(count: Int) async throws {
        _ = try await refuseToken()
        let faults = Faults<FaultySecretStore.Operation>(
            .stage,
            through: count,
            SyncError(.storeUnavailable, "no answer"),
            afterDoing: true
        )
        let output = try await desk.authenticate("{}", secrets: FaultySecretStore(desk.secrets, fail: faults))
        #expect(faults.count(of: .stage) == count + 1)
        #expect(desk.secrets.writes == 1)
        #expect(desk.account.renewals == 1)
        #expect(try await desk.current.version == output.secretVersion)
    }

    @Test(
        "every step may fail once, before or after it is done, and the next attempt gets there without a second renewal"
    )
    func everyFailure() async throws {
        for operation in FaultySecretStore.Operation.allCases where operation != .stage {
            for (number, isAfterDoing) in [(1, false), (1, true), (2, false), (2, true)] {
                let desk = AuthenticatorDesk()
                try desk.account.kill(accessTokenOf: try await desk.current.secret)
                let faults = Faults(
                    operation,
                    number,
                    SyncError(.storeUnavailable, "no answer"),
                    afterDoing: isAfterDoing
                )
                let store = FaultySecretStore(desk.secrets, fail: faults)
                do {
                    _ = try await desk.authenticate("{}", secrets: store)
                } catch let error as SyncError {
                    #expect(error.name == .storeUnavailable)
                }
                let output = try await desk.authenticate("{}", secrets: store)
                #expect(try await desk.current.version == output.secretVersion)
                #expect((desk.account.renewals, desk.account.replays, desk.secrets.writes) == (1, 0, 1))
            }
        }
    }

    @Test("a task that is cancelled while the provider answers stores the new token all the same")
    func cancelled() async throws {
        _ = try await refuseToken()
        let desk = desk
        // Cancelled just before the provider is asked; whatever looks at that afterwards stops.
        let faults = Faults<FaultySecretStore.Operation> { operation, _ in
            if operation == .staged { withUnsafeCurrentTask { $0?.cancel() } }
            return operation != .staged && Task.isCancelled ? .init(CancellationError()) : nil
        }
        let store = FaultySecretStore(desk.secrets, fail: faults)
        let task = Task { try await desk.authenticate("{}", secrets: store) }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(desk.secrets.writes == 1)
        #expect(desk.account.renewals == 1)
        _ = try await desk.authenticate()
        #expect((desk.account.renewals, desk.account.replays) == (1, 0))
    }

    @Test("who finds another run renewing waits for its token, and gives way when that takes long")
    func leased() async throws {
        let stored = try await refuseToken()
        let lease = Lease(owner: .second, now: desk.clock.now, lifetime: .seconds(35))
        #expect(try await desk.records.acquireLease(lease, on: .account, now: desk.clock.now))
        let error = await #expect(throws: SyncError.self) { try await desk.authenticate() }
        #expect(error?.name == .sourceUnavailable)
        #expect(desk.account.renewals == 0)
        #expect(desk.outbox.notices.isEmpty)
        let staged = try await stageAndDie()
        #expect(try await desk.authenticate().secretVersion == staged.version)
        #expect(try await desk.current.version != stored.version)
        try desk.account.kill(accessTokenOf: staged.secret)
        desk.clock.advance(by: .seconds(120))
        _ = try await desk.authenticate()
        #expect((desk.account.renewals, desk.account.replays) == (2, 0))
        #expect(desk.records.lease(on: .account) == nil)
    }

    @Test("a provider that gives the same secret again causes no write")
    func unchanged() async throws {
        let desk = AuthenticatorDesk(Secret(["provider": .string("stuck")]))
        let authenticate = Authenticate(
            AuthenticatePorts(
                secrets: desk.secrets,
                providers: [StuckProvider()],
                records: desk.records,
                clock: desk.clock
            ),
            settings: AuthenticateSettings(),
            allowedBuckets: [],
            makeRunID: { .first }
        )
        let input = try FunctionJSON.decode(AuthenticateInput.self, from: Array("{}".utf8))
        let error = await #expect(throws: SyncError.self) { try await authenticate(input, logger: .quiet) }
        #expect(error?.name == .authenticationFailed)
        #expect(desk.secrets.writes == 0)
    }
}

/// Gives what it was given, and never lets anybody in.
private struct StuckProvider: LibraryProvider {
    let name = "stuck"
    let defaultConcurrency = 1

    func token(in secret: Secret) throws -> TokenFacts { TokenFacts() }

    func check(_ secret: Secret, logger: Logger) async throws -> CredentialCheck { .refused }

    func renew(_ secret: Secret, logger: Logger) async throws -> Secret { secret }

    func withLibrary<Result: Sendable>(
        _ secret: Secret,
        logger: Logger,
        _ body: (any LibrarySource) async throws -> Result
    ) async throws -> Result {
        throw SyncError(.protocolChanged, "there is no library")
    }
}
