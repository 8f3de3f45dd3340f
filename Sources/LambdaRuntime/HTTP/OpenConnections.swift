import NIOCore
import Synchronization

/// The connections that a server has accepted and that are not closed yet.
///
/// A connection that was accepted in the moment the server's scope ended is handed to nobody; here it is found and
/// closed all the same.
final class OpenConnections: Sendable {
    private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

    func insert(_ channel: any Channel) {
        let key = ObjectIdentifier(channel)
        channels.withLock { $0[key] = channel }
        channel.closeFuture.whenComplete { _ in
            self.channels.withLock { $0[key] = nil }
        }
    }

    /// Closes all that are left; does not wait for it.
    func closeAll() {
        for channel in channels.withLock({ Array($0.values) }) {
            channel.close(promise: nil)
        }
    }
}
