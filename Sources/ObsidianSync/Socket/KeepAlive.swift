import NIOCore

/// When a socket is to be kept alive, and when it is dead. It does no I/O.
///
/// Proxies on the way cut sockets that are silent for a minute; the work between two pulls may take longer.
struct KeepAlive {
    /// How often to look.
    static let interval: TimeAmount = .seconds(20)
    private static let pingAfter: TimeAmount = .seconds(10)
    private static let deadAfter: TimeAmount = .seconds(120)

    /// What is to be done.
    enum Action: Equatable {
        case nothing, ping, giveUp
    }

    private var lastHeard: NIODeadline

    /// Starts with a socket that was heard of just now.
    init(now: NIODeadline) {
        lastHeard = now
    }

    /// Something came in.
    mutating func heard(at now: NIODeadline) {
        lastHeard = now
    }

    /// Looks at the socket.
    ///
    /// - Parameters:
    ///   - now: the time.
    ///   - isListening: whether bytes are read as they come. While a reader is slow they are not, and silence means
    ///     nothing.
    /// - Returns: what is to be done.
    mutating func check(at now: NIODeadline, isListening: Bool) -> Action {
        guard isListening else {
            lastHeard = now
            return .ping
        }
        let age = now - lastHeard
        if age > Self.deadAfter { return .giveUp }
        return age > Self.pingAfter ? .ping : .nothing
    }
}
