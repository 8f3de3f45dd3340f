import FoundationEssentials

/// A clock that tells wall time, so that its instants mean the same in every process.
package protocol WallClock: Clock where Instant == Timestamp, Duration == Swift.Duration {}

/// The machine's own clock.
package struct SystemClock: WallClock {
    /// Makes the clock.
    package init() {}

    package var now: Timestamp {
        Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)))
    }

    package var minimumResolution: Duration { .milliseconds(1) }

    package func sleep(until deadline: Timestamp, tolerance: Duration?) async throws {
        try await Task.sleep(for: now.duration(to: deadline), tolerance: tolerance, clock: .continuous)
    }
}
