import Clocks
import SyncCore

/// A clock that tells when somebody waits by it for longer than a moment: a provider that has been asked to wait.
struct AnnouncingClock: WallClock {
    let base: any WallClock
    /// Waits that are longer are told.
    let threshold: Duration
    let announce: @Sendable (Duration) -> Void

    var now: Timestamp { base.now }
    var minimumResolution: Duration { base.minimumResolution }

    func sleep(until deadline: Timestamp, tolerance: Duration?) async throws {
        let wait = now.duration(to: deadline)
        if wait > threshold { announce(wait) }
        try await base.sleep(until: deadline, tolerance: tolerance)
    }
}
