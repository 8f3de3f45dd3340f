import Synchronization

import struct FoundationEssentials.Date

/// The time of day as the services see it: ours, plus what they say it is off by.
final class CorrectedClock: Sendable {
    private let now: @Sendable () -> Date
    private let offset = Mutex(0.0)

    init(now: @escaping @Sendable () -> Date) {
        self.now = now
    }

    /// The corrected time.
    var date: Date { now().addingTimeInterval(offset.withLock { $0 }) }

    /// Takes over how far the services' clock is ahead of ours.
    func correct(by ahead: Duration) {
        offset.withLock { $0 = ahead.seconds }
    }
}

extension RequestContext {
    /// The time up to the deadline, if there is one.
    func remaining(_ now: Date) -> Duration? {
        deadline.map { .seconds($0.timeIntervalSince(now)) }
    }
}
