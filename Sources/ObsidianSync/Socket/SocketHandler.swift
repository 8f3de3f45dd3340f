import NIOCore
import NIOWebSocket
import SyncCore

/// The end of a socket's pipeline: keeps what came in until somebody takes it, and the socket alive meanwhile.
///
/// No more is read than ``mostHeld`` bytes and what one pass of the event loop gives: a slow reader slows the sender down.
final class SocketHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = Never
    typealias OutboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    /// As many bytes as are held before reading stops.
    static let mostHeld = 256 << 10

    private let eventLoop: any EventLoop
    private var reader = FrameReader()
    private var keepAlive: KeepAlive
    private var held: [FrameReader.Event] = []
    private var heldBytes = 0
    /// A read that somebody asked for while there was too much to take already.
    private var hasPostponedRead = false
    private var waiter: (promise: EventLoopPromise<[FrameReader.Event]>, timeout: Scheduled<Void>)?
    private var context: ChannelHandlerContext?
    private var nextCheck: Scheduled<Void>?
    /// Why nothing will come any more.
    private var end: SyncError?

    /// Makes the handler of a socket that is open now.
    init(on eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        keepAlive = KeepAlive(now: eventLoop.now)
    }

    /// Takes what has come in; waits where there is nothing.
    ///
    /// - Parameter deadline: the socket is given up when nothing has come by then.
    /// - Returns: everything that has come in since the last time; fails when nothing will come any more.
    func take(by deadline: NIODeadline) -> EventLoopFuture<[FrameReader.Event]> {
        precondition(waiter == nil, "a socket has one reader")
        let promise = eventLoop.makePromise(of: [FrameReader.Event].self)
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let timeout = eventLoop.scheduleTask(deadline: deadline) {
            bound.value.finish(SyncError(.sourceUnavailable, "the sync host stays silent", detail: .sourceSilent))
        }
        waiter = (promise, timeout)
        deliver()
        return promise.futureResult
    }

    private func deliver() {
        guard let waiter, !held.isEmpty || end != nil else { return }
        self.waiter = nil
        waiter.timeout.cancel()
        if held.isEmpty, let end { return waiter.promise.fail(end) }
        let events = held
        held = []
        heldBytes = 0
        waiter.promise.succeed(events)
        if hasPostponedRead, let context {
            hasPostponedRead = false
            context.read()
        }
    }

    /// Notes that nothing more will come, and closes.
    private func finish(_ error: SyncError) {
        if end == nil { end = error }
        nextCheck?.cancel()
        deliver()
        context?.close(promise: nil)
    }

    private func scheduleCheck() {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        nextCheck = eventLoop.scheduleTask(in: KeepAlive.interval) { bound.value.check() }
    }

    private func check() {
        guard let context, end == nil else { return }
        switch keepAlive.check(at: eventLoop.now, isListening: !hasPostponedRead) {
        case .nothing:
            break
        case .ping:
            if let ping = try? SocketRequest.ping.frame { send(ping, context) }
        case .giveUp:
            return finish(SyncError(.sourceUnavailable, "the sync host stays silent", detail: .sourceSilent))
        }
        scheduleCheck()
    }

    /// Sends a frame that nobody waits for; where the other end does not read, it is left out.
    private func send(_ frame: WebSocketFrame, _ context: ChannelHandlerContext) {
        guard context.channel.isWritable else { return }
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }
}

extension SocketHandler {
    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        scheduleCheck()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        finish(SyncError(.sourceUnavailable, "the sync host ended the socket"))
    }

    func read(context: ChannelHandlerContext) {
        guard heldBytes < Self.mostHeld else {
            hasPostponedRead = true
            return
        }
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard end == nil else { return }
        keepAlive.heard(at: eventLoop.now)
        reader.append(unwrapInboundIn(data))
        do {
            while let event = try reader.next() { take(event, context) }
        } catch {
            finish(error)
        }
    }

    private func take(_ event: FrameReader.Event, _ context: ChannelHandlerContext) {
        switch event {
        case .ping(let payload):
            return send(WebSocketFrame(fin: true, opcode: .pong, maskKey: .random(), data: payload), context)
        case .close:
            return finish(SyncError(.sourceUnavailable, "the sync host closed the socket"))
        case .text(let text):
            heldBytes += text.count
        case .bytes(let bytes, _):
            heldBytes += bytes.readableBytes
        }
        held.append(event)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        deliver()
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(SyncError(.sourceUnavailable, "the sync host ended the socket"))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(SyncError(.sourceUnavailable, "the socket to the sync host broke", underlying: error))
    }
}
