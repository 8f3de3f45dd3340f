import LocalAdapters
import SyncCore
import Synchronization

/// Looks, each time that files are handed out, whether the disk has room for them, and says so once where it has not.
final class SpaceWatch: Sendable {
    private let open = Mutex<(bytes: Int64, isTold: Bool)>((0, false))
    private let space: @Sendable () -> FreeSpace?
    private let tell: @Sendable (String) -> Void

    /// Makes a watch.
    ///
    /// - Parameters:
    ///   - space: how much room there is; nil where nobody knows.
    ///   - tell: is given the sentence.
    init(space: @escaping @Sendable () -> FreeSpace?, tell: @escaping @Sendable (String) -> Void) {
        (self.space, self.tell) = (space, tell)
    }

    /// Takes an event of the use cases.
    func observe(_ event: SyncEvent) {
        switch event {
        case .planned(_, _, let bytes):
            let wanted = open.withLock { open in
                open.bytes += bytes
                return open.isTold ? 0 : open.bytes
            }
            guard wanted > 0, let space = space(), space.free < wanted else { return }
            open.withLock { $0.isTold = true }
            tell("\(wanted.asSize) are to be fetched, and \(space); make room, or the run ends when the disk is full")
        case .stored(_, _, let bytes):
            open.withLock { $0.bytes -= bytes }
        default: break
        }
    }
}
