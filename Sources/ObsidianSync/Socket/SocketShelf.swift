import Clocks
import NIOCore
import SyncCore
import Synchronization

/// Sockets that a batch has left open and that the next batch of the same vault can go on with: opening one takes several round
/// trips and a listing.
///
/// The event loop closes a socket that nobody has taken for a few seconds. A process that was frozen in between finds it too old.
final class SocketShelf: Sendable {
    /// What a socket was opened with: whoever takes it would open it with the same.
    struct Label: Hashable {
        var endpoint: HostPolicy.Endpoint
        var token: String
        var vault: VaultID
        var keyHash: String
        var encryptionVersion: Int
    }

    /// An idle socket.
    struct Kept: Sendable {
        var socket: SyncSocket
        /// The uid up to which its listing told everything.
        var known: Int64
        fileprivate var since: Timestamp
        fileprivate var closing: Scheduled<Void>
    }

    private let lifetime: Duration
    private let clock: any WallClock
    private let sockets = Mutex<[Label: [Kept]]>([:])

    /// Makes an empty shelf.
    ///
    /// - Parameters:
    ///   - lifetime: how long a socket waits to be taken; zero keeps none.
    ///   - clock: what that goes by.
    init(lifetime: Duration, clock: any WallClock) {
        self.lifetime = lifetime
        self.clock = clock
    }

    // Nobody comes for them any more.
    deinit {
        for kept in sockets.withLock({ $0 }).values.flatMap(\.self) {
            kept.closing.cancel()
            kept.socket.leave()
        }
    }

    /// Keeps an idle socket.
    func put(_ socket: SyncSocket, known: Int64, _ label: Label) async {
        guard lifetime > .zero else { return await socket.close() }
        let kept = Kept(
            socket: socket,
            known: known,
            since: clock.now,
            closing: socket.closeLater(in: TimeAmount(lifetime))
        )
        sockets.withLock { sockets in
            // Those that nobody came for are closed by now.
            for other in sockets.keys { sockets[other]?.removeAll { isOld($0) } }
            sockets = sockets.filter { !$1.isEmpty }
            sockets[label, default: []].append(kept)
        }
    }

    /// Gives out a socket that is open still; nil where there is none.
    func take(_ label: Label) async -> Kept? {
        while let kept = sockets.withLock({ $0[label]?.popLast() }) {
            kept.closing.cancel()
            if !isOld(kept), await kept.socket.isIdle { return kept }
            await kept.socket.close()
        }
        return nil
    }

    /// Closes all sockets: the service may mind one more beside them.
    func clear() async {
        let all = sockets.withLock { sockets in
            defer { sockets = [:] }
            return sockets.values.flatMap(\.self)
        }
        for kept in all {
            kept.closing.cancel()
            await kept.socket.close()
        }
    }

    private func isOld(_ kept: Kept) -> Bool { kept.since.duration(to: clock.now) >= lifetime }
}
