import NIOCore
import NIOWebSocket
import SyncCore

/// One open socket. It performs what ``SyncSocketStateMachine`` decides.
///
/// It is used by one task at a time; the actor keeps its reading position.
actor SyncSocket {
    /// Something the conversation yields.
    enum Event: Sendable {
        case accepted
        case record(SocketMessage)
        case ready(version: Int64)
        case body(size: Int64)
        case gone
        case changed
        case bytes([UInt8], isLast: Bool)
        case refused(String)
    }

    private let connection: WebSocketClient.Connection
    private let answerTimeout: TimeAmount
    private let backoff: ReconnectBackoff
    private let breaksBefore: Int
    private var events: ArraySlice<FrameReader.Event> = []
    private var machine = SyncSocketStateMachine()
    /// The version whose body was asked for last.
    private var pulled: Int64?
    /// The version before that.
    private var pulledBefore: Int64?
    /// The version whose body came with more frames than announced.
    private var surplus: Int64?

    private var isBroken = false

    /// Whether a body can be asked for: nothing is outstanding, and nothing has gone wrong.
    var isIdle: Bool { machine.isIdle && !isBroken && connection.channel.isActive }

    /// Takes an open connection.
    init(_ connection: WebSocketClient.Connection, answerTimeout: TimeAmount, backoff: ReconnectBackoff) {
        self.connection = connection
        self.answerTimeout = answerTimeout
        self.backoff = backoff
        breaksBefore = backoff.count
    }

    /// Closes the socket; one that is closed already stays closed.
    func close() async {
        isBroken = true
        // It may be closed already, which is as good.
        try? await connection.channel.close()
    }

    /// Lets the socket close by itself.
    nonisolated func leave() { connection.channel.close(promise: nil) }

    /// Closes the socket after a while, unless that is cancelled.
    nonisolated func closeLater(in delay: TimeAmount) -> Scheduled<Void> {
        let channel = connection.channel
        return channel.eventLoop.scheduleTask(in: delay) { channel.close(promise: nil) }
    }

    /// Sends `init` and waits until it is accepted.
    ///
    /// - Throws: the error of a refused `init`.
    func open(_ opening: SocketRequest.Opening, by deadline: NIODeadline) async throws {
        try await send(.open(opening))
        guard case .accepted = try await next(by: deadline) else {
            throw SyncError(.protocolChanged, "Obsidian does not answer init")
        }
    }

    /// Reads the listing without looking at it.
    ///
    /// - Returns: the version of its end.
    func skipListing() async throws -> Int64 {
        while true {
            if case .ready(let version) = try await next() { return version }
        }
    }

    /// Returns when there is a change behind the version that the socket was opened with. Nothing else can be asked of it then.
    func waitForChange() async throws {
        listing: while true {
            switch try await next() {
            case .record: return
            case .ready: break listing
            default: throw SyncError(.protocolChanged, "Obsidian sent something else than a listing")
            }
        }
        machine.watch()
        while true {
            // The other side answers pings meanwhile; one that does not is given up by them.
            if case .changed = try await next(by: .distantFuture) { return }
        }
    }

    /// Asks for a version's body. The socket has to be idle.
    func pull(uid: Int64) async throws {
        machine.pull()
        (pulledBefore, pulled) = (pulled, uid)
        try await send(.pull(uid: uid))
    }

    /// The version whose body came with more frames than announced, once.
    func takeSurplus() -> Int64? {
        defer { surplus = nil }
        return surplus
    }

    /// Reads and throws away what is left of a body.
    func drain() async throws {
        while !machine.isIdle, !isBroken { _ = try await next() }
    }

    /// The next event.
    ///
    /// A socket that yields none in time is given up. Pongs and records of changes do not hold that off: a host that goes on
    /// answering pings may still owe an answer.
    ///
    /// - Parameter deadline: when the socket is given up; where it is nil, after the time that an answer may take.
    /// - Returns: the event.
    /// - Throws: `SourceUnavailable` when the socket ends or stays silent; `ProtocolChanged`.
    func next(by deadline: NIODeadline? = nil) async throws -> Event {
        let deadline = deadline ?? connection.channel.eventLoop.now + answerTimeout
        do {
            while true {
                if let event = try event(for: try await nextFrame(by: deadline)) { return event }
            }
        } catch {
            throw broken(error)
        }
    }

    private func event(for frame: FrameReader.Event) throws -> Event? {
        switch frame {
        case .bytes(let bytes, let endsMessage):
            let wasIdle = machine.isIdle
            switch try machine.received(bytes: bytes.readableBytes, isFinal: endsMessage) {
            case .bytes(let isLast):
                return .bytes(Array(bytes.readableBytesView), isLast: isLast)
            case .surplus:
                surplus = wasIdle ? pulled : pulledBefore
                return nil
            default:
                return nil
            }
        case .text(let text):
            return switch try machine.received(try SocketMessage(text: text)) {
            case .ignore, .bytes, .surplus: nil
            case .accepted: .accepted
            case .record(let message): .record(message)
            case .ready(let version): .ready(version: version)
            case .body(let size): .body(size: size)
            case .gone: .gone
            case .changed: .changed
            case .refused(let text): .refused(text)
            }
        case .ping, .close:
            return nil
        }
    }

    private func send(_ request: SocketRequest) async throws {
        let frame = try request.frame
        do {
            try await connection.channel.writeAndFlush(frame)
        } catch {
            throw broken(SyncError(.sourceUnavailable, "the socket to the sync host broke", underlying: error))
        }
    }

    /// Waits for a frame. They are taken as many at a time as there are.
    private func nextFrame(by deadline: NIODeadline) async throws -> FrameReader.Event {
        while true {
            if let event = events.popFirst() { return event }
            try Task.checkCancellation()
            let (channel, handler) = (connection.channel, connection.handler)
            let taken = channel.eventLoop.flatSubmit { handler.value.take(by: deadline) }
            // A future does not know of cancellation; a socket that is closed ends the wait for it.
            events = try await withTaskCancellationHandler {
                try await taken.get()[...]
            } onCancel: {
                channel.close(promise: nil)
            }
        }
    }

    /// Nothing can be read after an error. Of a socket that broke, the error tells when to open the next one.
    private func broken(_ error: any Error) -> any Error {
        isBroken = true
        if Task.isCancelled { return CancellationError() }
        guard let error = error as? SyncError, error.name == .sourceUnavailable, error.retryAfter == nil else {
            return error
        }
        return error.with(retryAfter: backoff.broke(openedAt: breaksBefore))
    }
}
