import Clocks
import SyncCore
import TestSupport
import Testing

@testable import GoProCloud

@Suite("the pace of requests")
struct RateLimitTests {
    @Test("two callers are half a second apart")
    func pace() async throws {
        let clock = ManualClock()
        let limit = RateLimit(perSecond: 2, clock: clock)
        for _ in 1...4 { try await limit.wait(until: nil) }
        #expect(clock.sleeps == [.milliseconds(500), .milliseconds(500), .milliseconds(500)])
    }

    @Test("nobody is let through while quiet is asked for, and afterwards the pace is kept")
    func quiet() async throws {
        let clock = ManualClock()
        let begin = clock.now
        let limit = RateLimit(perSecond: 2, clock: clock)
        try await limit.wait(until: nil)
        await limit.keepQuiet(for: .seconds(7))
        await limit.keepQuiet(for: .seconds(3))
        try await limit.wait(until: nil)
        #expect(begin.duration(to: clock.now) == .seconds(7))
        try await limit.wait(until: nil)
        #expect(begin.duration(to: clock.now) == .milliseconds(7500))
    }

    @Test("a caller whose turn comes after its deadline is told at once how long it would take")
    func deadline() async throws {
        let clock = ManualClock()
        let limit = RateLimit(perSecond: 0, clock: clock)
        await limit.keepQuiet(for: .seconds(40))
        let error = await #expect(throws: SyncError.self) {
            try await limit.wait(until: clock.now.advanced(by: .seconds(39)))
        }
        #expect(error?.name == .throttled)
        #expect(error?.retryAfter == .seconds(40))
        #expect(clock.sleeps == [])
        // Without a deadline there is no time to lose.
        await #expect(throws: SyncError.self) { try await limit.wait(until: nil) }
        try await limit.wait(until: clock.now.advanced(by: .seconds(41)))
        #expect(clock.sleeps == [.seconds(40)])
    }
}
