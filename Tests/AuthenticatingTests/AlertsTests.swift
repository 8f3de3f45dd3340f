import Authenticating
import TestSupport
import Testing

@testable import SyncCore

@Suite("Telling people")
struct AlertsTests {
    private static let day: Duration = .seconds(24 * 3600)

    /// A desk at which nobody gets in any more.
    private func closedDesk(deployment: String = "home/nightly") async throws -> AuthenticatorDesk {
        var desk = AuthenticatorDesk { $0.setting(.string("dead"), at: "refresh_token") }
        desk.settings.deployment = deployment
        try desk.account.kill(accessTokenOf: try await desk.current.secret)
        return desk
    }

    private func fail(_ desk: AuthenticatorDesk, run: String = "{}") async -> SyncError? {
        await #expect(throws: SyncError.self) { try await desk.authenticate(run) }
    }

    @Test("people are told once a day for each cause, for as long as it lasts")
    func oncePerDay() async throws {
        let desk = try await closedDesk()
        for run in ["run-1", "run-2", "run-3"] {
            #expect(await fail(desk, run: #"{"run": "\#(run)"}"#)?.name == .authenticationFailed)
        }
        #expect(desk.outbox.notices.count == 1)
        desk.clock.advance(by: Self.day)
        for _ in 1...2 { _ = await fail(desk) }
        #expect(desk.outbox.notices.count == 2)
        desk.secrets.edit { _ in Secret(["provider": .string("nobody")]) }
        _ = await fail(desk)
        #expect(desk.outbox.notices.map(\.subject).filter { $0.contains("the secret or a setting") }.count == 1)
    }

    @Test("a subscription that has lapsed is a cause of its own")
    func subscription() async throws {
        let desk = try await closedDesk()
        desk.account.failRenewals(with: SyncError(.subscriptionExpired, "the subscription has expired; renew it"))
        #expect(await fail(desk)?.name == .subscriptionExpired)
        #expect(desk.outbox.notices.map(\.subject) == ["Obsync home/nightly: the subscription has lapsed"])
    }

    @Test("a notice says which deployment, what happened and what to do, and holds nothing of the secret")
    func content() async throws {
        let desk = try await closedDesk()
        let message = try #require(await fail(desk)?.message)
        let notice = try #require(desk.outbox.notices.first)
        #expect(notice.subject == "Obsync home/nightly: the sign-in fails")
        #expect(notice.body.contains("Deployment: home/nightly"))
        #expect(notice.body.contains(message))
        #expect(notice.body.contains("What to do: "))
        for value in ["dead", "access-0", "refresh-0"] {
            #expect(!notice.body.contains(value))
            #expect(!notice.subject.contains(value))
        }
    }

    @Test(
        "a subject is one line of at most 100 printable ASCII characters, whatever the deployment is called",
        arguments: ["a\nb\r\u{1B}[2K", "Z\u{FC}rich \u{1F600}", String(repeating: "long ", count: 40), ""]
    )
    func subjects(deployment: String) async throws {
        let desk = try await closedDesk(deployment: deployment)
        _ = await fail(desk)
        let subject = try #require(desk.outbox.notices.first?.subject)
        #expect(subject.utf8.count <= 100)
        #expect(subject.utf8.allSatisfy { (0x20...0x7E).contains($0) })
        #expect(subject.hasPrefix("Obsync "))
        #expect(subject.hasSuffix("the sign-in fails"))
    }

    @Test("a notice that cannot be handed over fails nothing, and is tried again by the next run")
    func failingAlert() async throws {
        let desk = try await closedDesk()
        desk.outbox.fail(with: SyncError(.storeUnavailable, "the topic is not there"))
        #expect(await fail(desk)?.name == .authenticationFailed)
        desk.outbox.fail(with: nil)
        _ = await fail(desk)
        #expect(desk.outbox.notices.count == 1)
        let captured = AuthenticatorDesk(lifetime: Self.day) { $0.setting(.null, at: "refresh_token") }
        captured.outbox.fail(with: SyncError(.storeUnavailable, "the topic is not there"))
        #expect(try await captured.authenticate().vaults == 1)
    }

    @Test("where nothing can be remembered people are told all the same")
    func forgetful() async throws {
        let desk = try await closedDesk()
        desk.recordFaults.replace { operation, _ in
            operation == .noteOnce ? .init(SyncError(.storeUnavailable, "no table")) : nil
        }
        #expect(await fail(desk)?.name == .authenticationFailed)
        #expect(desk.outbox.notices.count == 1)
    }

    @Test("what passes by itself, or is the caller's own mistake, is nobody else's business")
    func silent() async throws {
        let desk = try await closedDesk()
        desk.account.failRenewals(with: SyncError(.sourceUnavailable, "not there"))
        #expect(await fail(desk)?.name == .sourceUnavailable)
        #expect(await fail(desk, run: #"{"dest_bucket": "of-somebody"}"#)?.name == .invalidInput)
        #expect(desk.outbox.notices.isEmpty)
    }
}
