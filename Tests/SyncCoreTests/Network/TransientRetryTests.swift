import Clocks
import Synchronization
import TestSupport
import Testing

@testable import SyncCore

@Suite("Asking a service again")
struct TransientRetryTests {
    private let clock = ManualClock()

    /// How often is asked where it fails so often.
    private func asked(
        failing error: SyncError,
        times: Int,
        attempts: Int = 4,
        longestWait: Duration = .zero
    ) async throws -> Int {
        let retry = TransientRetry(attempts: attempts, longestWait: longestWait, clock: clock, random: { 0.5 })
        let count = Mutex(0)
        return try await retry(.quiet) {
            let number = count.withLock { count in
                count += 1
                return count
            }
            if number <= times { throw error }
            return number
        }
    }

    @Test("transient errors are tried again, after waits that double")
    func waits() async throws {
        #expect(try await asked(failing: SyncError(.sourceUnavailable, "away"), times: 3) == 4)
        #expect(clock.sleeps == [.seconds(1), .seconds(2), .seconds(4)])
    }

    @Test("only so often, and nothing that will not pass")
    func gives() async throws {
        await #expect(throws: SyncError.self) {
            _ = try await asked(failing: SyncError(.sourceUnavailable, "away"), times: 4)
        }
        #expect(clock.sleeps.count == 3)
        await #expect(throws: SyncError.self) {
            _ = try await asked(failing: SyncError(.authenticationFailed, "no"), times: 1)
        }
        #expect(clock.sleeps.count == 3)
    }

    @Test("a wait that is asked for is kept up to a limit; what lies beyond is the caller's")
    func asksFor() async throws {
        let short = SyncError(.throttled, "slower", retryAfter: .seconds(9))
        #expect(try await asked(failing: short, times: 1, longestWait: .seconds(10)) == 2)
        #expect(clock.sleeps == [.seconds(9)])
        let long = SyncError(.throttled, "slower", retryAfter: .seconds(11))
        await #expect(throws: SyncError.self) {
            _ = try await asked(failing: long, times: 1, longestWait: .seconds(10))
        }
        let now = SyncError(.throttled, "slower", retryAfter: .zero)
        await #expect(throws: SyncError.self) {
            _ = try await asked(failing: now, times: 1, longestWait: .seconds(10))
        }
        #expect(clock.sleeps.count == 1)
    }
}
