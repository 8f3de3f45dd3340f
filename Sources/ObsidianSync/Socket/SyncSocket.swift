import FoundationEssentials
import Logging
import NIOCore
import NIOWebSocket
import SyncCore

/// One open socket. It performs what ``SyncSocketStateMachine`` decides.
///
/// It is used by one task at a time; the actor keeps its reading position.
actor SyncSocket {
    private static let pingInterval: TimeAmount = .seconds(20)
    private static let longestText = 1 << 20

    private let channel: any Channel
    private let answerTimeout: TimeAmount
    private var frames: NIOAsyncChannelInboundStream<WebSocketFrame>.AsyncIterator
    private var machine = SyncSocketStateMachine()
    private var text: [UInt8]?
    private var isInBinaryMessage = false

    /// Something the conversation yields.
    enum Event: Sendable {
        case accepted
        case record(SocketMessage)
        case ready(version: Int64)
        case body(size: Int64)
        case gone
        case bytes([UInt8], isLast: Bool)
        case refused(String)
    }

    private init(
        _ channel: any Channel,
        _ inbound: NIOAsyncChannelInboundStream<WebSocketFrame>,
        _ answerTimeout: TimeAmount
    ) {
        self.channel = channel
        self.answerTimeout = answerTimeout
        frames = inbound.makeAsyncIterator()
    }

    /// Opens a socket, runs `body` with it and closes it.
    ///
    /// - Parameters:
    ///   - endpoint: where to connect.
    ///   - answerTimeout: how long the next event may take to come.
    ///   - body: works with the open socket.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws; `SourceUnavailable` when no socket can be opened.
    static func with<Result: Sendable>(
        _ endpoint: HostPolicy.Endpoint,
        answerTimeout: TimeAmount = .seconds(60),
        _ body: (SyncSocket) async throws -> Result
    ) async throws -> Result {
        try await WebSocketClient.with(endpoint) { channel, inbound in
            let socket = SyncSocket(channel.channel, inbound, answerTimeout)
            // Proxies on the way cut sockets that are silent for a minute; the work between two pulls may take longer.
            let pings = channel.channel.eventLoop.scheduleRepeatedTask(
                initialDelay: pingInterval,
                delay: pingInterval
            ) { _ in
                channel.channel.writeAndFlush(Self.frame(.text, Array(#"{"op":"ping"}"#.utf8)), promise: nil)
            }
            defer { pings.cancel() }
            return try await body(socket)
        }
    }

    /// Sends a request.
    func send(_ message: JSON) async throws {
        let text = try FunctionJSON.encode(message)
        do {
            try await channel.writeAndFlush(Self.frame(.text, text))
        } catch {
            throw SyncError(.sourceUnavailable, "the socket to the sync host broke", underlying: error)
        }
    }

    /// Asks for a version's body. What is left of an earlier body is read and thrown away first.
    func pull(uid: Int64) async throws {
        while !machine.isIdle { _ = try await next() }
        machine.pull()
        try await send(.object(["op": .string("pull"), "uid": .integer(uid)]))
    }

    /// The next event.
    ///
    /// A watchdog closes a socket that yields none in time. Pongs and records of changes do not hold it off: a host that
    /// goes on answering pings may still owe an answer.
    ///
    /// - Throws: `SourceUnavailable` when the socket ends or stays silent; `ProtocolChanged`.
    func next() async throws -> Event {
        let channel = channel
        let watchdog = channel.eventLoop.scheduleTask(in: answerTimeout) { channel.close(promise: nil) }
        defer { watchdog.cancel() }
        while true {
            let frame = try await nextFrame()
            switch kind(of: frame) {
            case .text:
                if let event = try received(text: frame) { return event }
            case .binary:
                isInBinaryMessage = !frame.fin
                let bytes = Array(frame.unmaskedData.readableBytesView)
                if case .bytes(let isLast) = try machine.received(bytes: bytes.count, isFinal: frame.fin) {
                    return .bytes(bytes, isLast: isLast)
                }
            case .ping:
                let pong = Self.frame(.pong, Array(frame.unmaskedData.readableBytesView))
                channel.writeAndFlush(pong, promise: nil)
            case .connectionClose:
                throw SyncError(.sourceUnavailable, "the sync host closed the socket")
            default:
                continue
            }
        }
    }

    /// What a frame belongs to: a continuation belongs to the message that is open.
    private func kind(of frame: WebSocketFrame) -> WebSocketOpcode {
        guard frame.opcode == .continuation else { return frame.opcode }
        return text != nil ? .text : isInBinaryMessage ? .binary : .continuation
    }

    private func received(text frame: WebSocketFrame) throws -> Event? {
        let collected = (text ?? []) + Array(frame.unmaskedData.readableBytesView)
        guard collected.count <= Self.longestText else {
            throw SyncError(.protocolChanged, "Obsidian sent a message of more than \(Self.longestText) bytes")
        }
        guard frame.fin else {
            text = collected
            return nil
        }
        text = nil
        return switch try machine.received(try SocketMessage(text: collected)) {
        case .ignore, .bytes: nil
        case .accepted: .accepted
        case .record(let message): .record(message)
        case .ready(let version): .ready(version: version)
        case .body(let size): .body(size: size)
        case .gone: .gone
        case .refused(let text): .refused(text)
        }
    }

    /// Waits for a frame.
    private func nextFrame() async throws -> WebSocketFrame {
        var iterator = frames
        defer { frames = iterator }
        do {
            if let frame = try await iterator.next(isolation: self) { return frame }
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw SyncError(.sourceUnavailable, "the socket to the sync host broke", underlying: error)
        }
        try Task.checkCancellation()
        throw SyncError(.sourceUnavailable, "the sync host ended the socket or stayed silent")
    }

    private static func frame(_ opcode: WebSocketOpcode, _ bytes: [UInt8]) -> WebSocketFrame {
        WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: ByteBuffer(bytes: bytes))
    }
}
