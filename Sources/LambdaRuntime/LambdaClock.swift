import FoundationEssentials

/// The wall clock, as deadlines need it: the platform states them in Unix time.
package struct LambdaClock: Clock, Sendable {
    /// A point in wall time with millisecond resolution.
    package struct Instant: InstantProtocol, Sendable {
        /// Milliseconds since 1 January 1970, 00:00 UTC.
        package let millisecondsSinceEpoch: Int64

        /// Makes an instant of a Unix time in milliseconds.
        package init(millisecondsSinceEpoch: Int64) {
            self.millisecondsSinceEpoch = millisecondsSinceEpoch
        }

        /// The instant `duration` later, rounded down to a millisecond; stops at the ends of the range.
        package func advanced(by duration: Duration) -> Instant {
            let (seconds, attoseconds) = duration.components
            let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1000)
            let milliseconds = scaled.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
            let sum = millisecondsSinceEpoch.addingReportingOverflow(milliseconds.partialValue)
            if overflow || milliseconds.overflow || sum.overflow {
                return Instant(millisecondsSinceEpoch: seconds < 0 ? .min : .max)
            }
            return Instant(millisecondsSinceEpoch: sum.partialValue)
        }

        /// The time from this instant to another; negative when the other is earlier.
        package func duration(to other: Instant) -> Duration {
            .milliseconds(other.millisecondsSinceEpoch) - .milliseconds(millisecondsSinceEpoch)
        }

        /// Whether one instant is earlier than another.
        package static func < (lhs: Instant, rhs: Instant) -> Bool {
            lhs.millisecondsSinceEpoch < rhs.millisecondsSinceEpoch
        }
    }

    /// Makes the clock.
    package init() {}

    /// The current wall time.
    package var now: Instant {
        Instant(millisecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1000))
    }

    /// One millisecond.
    package var minimumResolution: Duration { .milliseconds(1) }

    /// Suspends until an instant has passed.
    ///
    /// The wait itself runs on the continuous clock, so a step of the wall clock during it goes unnoticed.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    package func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        try await ContinuousClock().sleep(for: now.duration(to: deadline), tolerance: tolerance)
    }
}
