package import NIOCore
import Synchronization

/// Counts the connections of a server, so that there are never more than so many.
package final class ConnectionLimit: Sendable {
    /// There are as many connections as there may be.
    package struct Reached: Error {}

    private let limit: Int
    private let open = Mutex(0)

    /// Makes a limit; 256 connections are more than any client of ours opens.
    package init(_ limit: Int = 256) {
        self.limit = limit
    }

    /// Counts a connection until it is closed.
    ///
    /// - Throws: ``Reached`` when there are too many; the connection is to be closed then.
    package func admit(_ channel: any Channel) throws(Reached) {
        let isAdmitted = open.withLock { open in
            guard open < limit else { return false }
            open += 1
            return true
        }
        guard isAdmitted else { throw Reached() }
        channel.closeFuture.whenComplete { _ in self.open.withLock { $0 -= 1 } }
    }
}
