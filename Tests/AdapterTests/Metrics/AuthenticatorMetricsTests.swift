import Clocks
import Pipeline
import SyncCore
import Synchronization
import TestSupport
import Testing

@testable import AWSAdapters

@Suite("What the authenticator measures")
struct AuthenticatorMetricsTests {
    @Test("the hours that are left, each new token, and failures by their cause")
    func measures() async throws {
        let lines = Mutex<[[UInt8]]>([])
        let clock = InstantClock()
        let account = RotatingAccount(clock: clock, lifetime: .seconds(48 * 3600))
        let secrets = MemorySecretStore(account.firstSecret())
        let embedded = EmbeddedMetrics(
            deployment: "test",
            now: { clock.now },
            write: { line in lines.withLock { $0.append(line) } }
        )
        var pipeline = Pipeline(
            secrets: secrets,
            providers: [RotatingProvider(account)],
            records: MemoryRecordStore(),
            state: MemoryObjectStore(),
            mirror: { _ in (MemoryObjectStore(), "here") },
            clock: clock,
            makeHasher: { FingerprintHasher() }
        )
        pipeline.metrics = SyncMetrics(factory: embedded)
        func measured() async throws -> PublishedMetrics {
            let event = Array("{}".utf8)
            // What it throws is in the metrics.
            _ = try? await pipeline.run(.authenticator, event: event, deadline: clock.now, logger: .quiet)
            embedded.flush()
            let line = try #require(lines.withLock { $0.last })
            return try #require(try PublishedMetrics(line: line))
        }
        let base = ["Deployment": "test"]
        clock.advance(by: .seconds(30 * 3600))
        let renewed = try await measured()
        // Nobody has to look after a token that is renewed by itself.
        #expect(renewed.values(.tokenHoursLeft, base) == nil)
        #expect(renewed.values(.tokenRefreshes, base) == [1])
        clock.advance(by: .seconds(30 * 3600))
        account.failRenewals(with: SyncError(.sourceUnavailable, "not there"))
        let left = try await measured()
        #expect(left.values(.tokenHoursLeft, base) == [18])
        #expect(left.values(.tokenRefreshes, base) == nil)
        try account.kill(accessTokenOf: try await secrets.current().secret)
        account.failRenewals(with: SyncError(.authenticationFailed, "refused"))
        let failed = try await measured()
        #expect(failed.values(.authenticationFailures, base) == [1])
        #expect(failed.values(.authenticationFailures, base.merging(["Cause": "AuthenticationFailed"]) { $1 }) == [1])
        #expect(failed.values(.tokenRefreshes, base) == nil)
    }
}
