import Clocks
import SyncCore
import Synchronization

/// Holds new work back while memory or temporary files run short, until enough is free again.
///
/// Samples are taken when somebody asks, no more often than every five seconds. Those who are held back wait for
/// something that is under way; when nothing is, they go on whatever the samples say, so work never stands still.
final class MemoryGovernor: Sendable {
    private static let interval: Duration = .seconds(5)
    private static let closesAbove = 0.8
    private static let opensBelow = 0.6

    private struct State {
        var isOpen = true
        var sampled: Timestamp?
    }

    private let sample: ResourceSampler
    private let clock: any WallClock
    private let state = Mutex(State())

    init(_ sample: @escaping ResourceSampler, clock: any WallClock) {
        self.sample = sample
        self.clock = clock
    }

    /// Whether new work may begin besides what is under way.
    var isOpen: Bool {
        let now = clock.now
        return state.withLock { state in
            if let sampled = state.sampled, sampled.duration(to: now) < Self.interval { return state.isOpen }
            state.sampled = now
            guard let usage = sample() else { return state.isOpen }
            let most = max(usage.memory, usage.temporaryFiles)
            if most > Self.closesAbove { state.isOpen = false }
            if most < Self.opensBelow { state.isOpen = true }
            return state.isOpen
        }
    }
}
