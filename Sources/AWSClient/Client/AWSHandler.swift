package import Logging

package import struct FoundationEssentials.Date

/// One layer of what happens to a request: it may change it, pass it on, and judge the answer.
protocol AWSHandler: Sendable {
    /// Handles one request.
    func handle(_ request: AWSRequest, context: RequestContext) async throws -> AWSResponse
}

/// What accompanies a request through the layers.
package struct RequestContext: Sendable {
    /// The caller's logger.
    package var logger: Logger
    /// Until when the caller has time.
    package var deadline: Date?
    /// How often it has been sent, this time included.
    package var attempt: Int = 1
    /// Is told each time the request is sent again, with how often that was.
    var onRetry: @Sendable (Int) -> Void = { _ in }
}

/// The outside world as the client sees it; tests put their own in its place.
package struct AWSEnvironment: Sendable {
    /// The time of day.
    package var now: @Sendable () -> Date
    /// Waits; cancellable.
    package var sleep: @Sendable (Duration) async throws -> Void
    /// Evenly distributed, 0 up to 1.
    package var random: @Sendable () -> Double

    /// Makes an environment; the real one by default.
    package init(
        now: @escaping @Sendable () -> Date = { Date() },
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.now = now
        self.sleep = sleep
        self.random = random
    }
}

extension Duration {
    /// The whole duration in seconds.
    package var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
