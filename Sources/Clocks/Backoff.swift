/// Waits that double from one attempt to the next, up to a limit.
///
/// It only counts: whoever asks again sleeps, and knows how often it may ask.
package struct Backoff: Hashable, Sendable {
    /// Beyond so many doublings a wait grows no more, whatever its limit is.
    private static let mostDoublings = 20

    /// The wait after the first attempt.
    package let first: Duration
    /// No wait is longer.
    package let longest: Duration

    /// Describes waits.
    ///
    /// - Parameters:
    ///   - first: the wait after the first attempt.
    ///   - longest: no wait is longer; by default a million times the first.
    package init(first: Duration, longest: Duration? = nil) {
        self.first = first
        self.longest = longest ?? first * (1 << Self.mostDoublings)
    }

    /// The whole wait after an attempt.
    ///
    /// - Parameter attempt: how many attempts there were, from 1.
    /// - Returns: how long to wait.
    package func wait(after attempt: Int) -> Duration {
        min(first * (1 << min(max(attempt - 1, 0), Self.mostDoublings)), longest)
    }

    /// A part of the wait after an attempt, so that those who failed together do not come back together.
    ///
    /// - Parameters:
    ///   - attempt: how many attempts there were, from 1.
    ///   - part: a number from 0 up to 1: evenly drawn ones are called full jitter.
    /// - Returns: how long to wait.
    package func wait(after attempt: Int, part: Double) -> Duration {
        wait(after: attempt) * part
    }
}
