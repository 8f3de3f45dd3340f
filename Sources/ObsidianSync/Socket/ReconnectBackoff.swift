import Clocks
import SyncCore
import Synchronization

/// How long to wait before the next socket is opened: not at all after the first break, then 5 s, doubled each time up to 5
/// minutes, all of it times a random number from ½ to 1. A body or a listing that arrives whole starts it anew.
///
/// It only counts. Whoever gets an error waits for as long as its `retryAfter` says, if the deadline allows.
final class ReconnectBackoff: Sendable {
    private static let backoff = Backoff(first: .seconds(5), longest: .seconds(300))

    private let breaks = Mutex(0)
    private let random: @Sendable () -> Double

    /// Starts with no breaks.
    ///
    /// - Parameter random: a number from 0 up to 1.
    init(random: @escaping @Sendable () -> Double) {
        self.random = random
    }

    /// The breaks in a row so far; a socket remembers under which number it was opened.
    var count: Int { breaks.withLock { $0 } }

    /// Counts a break.
    ///
    /// - Parameter count: the number that the socket was opened under. When a host goes down, all sockets to it break at once;
    ///   only one of them counts.
    /// - Returns: how long to wait.
    func broke(openedAt count: Int) -> Duration {
        let breaks = breaks.withLock { breaks in
            if breaks == count { breaks += 1 }
            return breaks
        }
        guard breaks > 1 else { return .zero }
        return Self.backoff.wait(after: breaks - 1, part: 0.5 + random() / 2)
    }

    /// Something has arrived whole.
    func succeeded() {
        breaks.withLock { $0 = 0 }
    }
}
