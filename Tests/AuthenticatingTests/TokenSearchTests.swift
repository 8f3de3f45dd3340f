import Authenticating
import Clocks
import TestSupport
import Testing

@testable import SyncCore

@Suite("Whether another token is got")
struct TokenSearchTests {
    private static let hour: Duration = .seconds(3600)

    @Test("a token that lasts is checked once and left alone")
    func lasts() async throws {
        let desk = AuthenticatorDesk()
        let output = try await desk.authenticate()
        #expect((desk.account.checks, desk.account.renewals, desk.secrets.writes) == (1, 0, 0))
        #expect(output.vaults == 1)
        #expect(output.expiresAt == desk.clock.now.advanced(by: .seconds(30 * 24 * 3600)).iso8601)
        #expect(desk.outbox.notices.isEmpty)
    }

    @Test(
        "a token is renewed when less is left than the setting says",
        arguments: [(25, 24, 0), (23, 24, 1), (23, 12, 0), (1, 0, 0), (11, 12, 1)]
    )
    func threshold(left: Int, setting: Int, renewals: Int) async throws {
        var desk = AuthenticatorDesk(lifetime: Self.hour * 1000)
        desk.settings.refreshBefore = Self.hour * setting
        desk.clock.advance(by: Self.hour * (1000 - left))
        _ = try await desk.authenticate()
        #expect(desk.account.renewals == renewals)
        #expect(desk.secrets.writes == renewals)
    }

    @Test("a token of less than the setting is renewed once in a run, and again in the next")
    func shortLived() async throws {
        let desk = AuthenticatorDesk(lifetime: Self.hour)
        for _ in 1...3 { _ = try await desk.authenticate(#"{"run": "run-1"}"#) }
        #expect(desk.account.renewals == 1)
        _ = try await desk.authenticate(#"{"run": "run-2"}"#)
        #expect(desk.account.renewals == 2)
    }

    @Test("a token without a known end is renewed only when it is refused")
    func unknownEnd() async throws {
        let desk = AuthenticatorDesk(AuthenticatorDesk.password.setting(.string("good"), at: "token", "value"))
        desk.library.accept(token: "good")
        _ = try await desk.authenticate()
        #expect(desk.library.tokensIssued == 0)
        desk.library.expireTokens()
        let output = try await desk.authenticate()
        #expect(desk.library.tokensIssued == 1)
        #expect(output.expiresAt == nil)
        #expect(try await desk.current.version == output.secretVersion)
    }

    @Test("a token that was refused in a run is renewed though it lasts, one time however often the step is repeated")
    func refusedInRun() async throws {
        let desk = AuthenticatorDesk()
        let refused = try await desk.current
        for _ in 1...3 {
            let output = try await desk.authenticate(AuthenticatorDesk.refused(refused.version))
            #expect(output.secretVersion != refused.version)
            #expect((output.cursor, output.reauthentications) == ("c", 1))
        }
        #expect(desk.account.renewals == 1)
        #expect(desk.secrets.writes == 1)
    }

    @Test("where a newer token is stored than the refused one, it is taken as it is")
    func newerToken() async throws {
        let desk = AuthenticatorDesk(lifetime: Self.hour)
        let output = try await desk.authenticate(AuthenticatorDesk.refused("an earlier version"))
        #expect((desk.account.checks, desk.account.renewals) == (1, 0))
        #expect(try await desk.current.version == output.secretVersion)
    }

    @Test("a newer token that is refused as well is renewed")
    func newerTokenRefused() async throws {
        let desk = AuthenticatorDesk()
        try desk.account.kill(accessTokenOf: try await desk.current.secret)
        _ = try await desk.authenticate(AuthenticatorDesk.refused("an earlier version"))
        #expect(desk.account.renewals == 1)
    }

    @Test("another token can be demanded, and is got once in a run", arguments: ["null", "false", "true"])
    func demanded(force: String) async throws {
        let desk = AuthenticatorDesk()
        for _ in 1...2 { _ = try await desk.authenticate(#"{"run": "run-1", "force": \#(force)}"#) }
        #expect(desk.account.renewals == (force == "true" ? 1 : 0))
    }

    @Test("a captured token is used as long as the provider takes it, and its end is warned of")
    func captured() async throws {
        let desk = AuthenticatorDesk(lifetime: Self.hour * 100) { $0.setting(.null, at: "refresh_token") }
        _ = try await desk.authenticate()
        #expect(desk.outbox.notices.isEmpty)
        desk.clock.advance(by: Self.hour * 29)
        let version = try await desk.current.version
        for event in ["{}", AuthenticatorDesk.refused(version), "{}"] {
            let output = try await desk.authenticate(event)
            #expect(output.secretVersion == version)
        }
        let notice = try #require(desk.outbox.notices.first)
        #expect(desk.outbox.notices.count == 1)
        #expect(notice.subject.contains("the token runs out"))
        #expect(notice.body.contains(desk.clock.now.advanced(by: Self.hour * 71).iso8601))
        desk.clock.advance(by: Self.hour * 72)
        let error = await #expect(throws: SyncError.self) { try await desk.authenticate() }
        #expect(error?.name == .authenticationFailed)
        #expect(error?.message.contains("access_token") == true)
        #expect(desk.outbox.notices.count == 2)
    }

    @Test("a token that cannot be renewed in time does while it lasts, and is warned of")
    func refreshTokenDead() async throws {
        let desk = AuthenticatorDesk(lifetime: Self.hour * 100) { $0.setting(.string("dead"), at: "refresh_token") }
        desk.clock.advance(by: Self.hour * 80)
        let output = try await desk.authenticate()
        #expect(output.vaults == 1)
        #expect(desk.outbox.notices.map { $0.subject.contains("the token runs out") } == [true])
        #expect(desk.outbox.notices.first?.body.contains("refresh_token") == true)
        desk.clock.advance(by: Self.hour * 20)
        await #expect(throws: SyncError.self) { try await desk.authenticate() }
        #expect(desk.outbox.notices.last?.subject.contains("the sign-in fails") == true)
    }

    @Test("a provider that is not there for renewing costs a run nothing while the token lasts")
    func renewalUnavailable() async throws {
        let desk = AuthenticatorDesk(lifetime: Self.hour * 10)
        desk.account.failRenewals(with: SyncError(.sourceUnavailable, "not there"))
        _ = try await desk.authenticate()
        #expect(desk.outbox.notices.isEmpty)
        desk.clock.advance(by: Self.hour * 10)
        let error = await #expect(throws: SyncError.self) { try await desk.authenticate() }
        #expect(error?.name == .sourceUnavailable)
        #expect(desk.outbox.notices.isEmpty)
    }
}
