package import Clocks
import SyncCore
import Synchronization

/// Keeps everything that reads through it under a number of bytes a second.
package final class BandwidthLimit: Sendable {
    private let bytesPerSecond: Int64
    private let clock: any WallClock
    /// When what was let through so far is paid for.
    private let paidUntil: Mutex<Timestamp>

    /// Makes a limit.
    ///
    /// - Parameters:
    ///   - bytesPerSecond: at least 1.
    ///   - clock: tells when to go on.
    package init(bytesPerSecond: Int64, clock: any WallClock) {
        self.bytesPerSecond = max(bytesPerSecond, 1)
        self.clock = clock
        paidUntil = Mutex(clock.now)
    }

    /// Waits until bytes that were read are within the limit.
    ///
    /// - Throws: `CancellationError`.
    package func pass(_ count: Int) async throws {
        let now = clock.now
        let moment = paidUntil.withLock { paidUntil in
            let cost = Duration.milliseconds(Int64(count) * 1000 / bytesPerSecond)
            paidUntil = max(paidUntil, now).advanced(by: cost)
            return paidUntil
        }
        if moment > now { try await clock.sleep(until: moment, tolerance: nil) }
    }
}
