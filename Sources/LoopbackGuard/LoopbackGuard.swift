package import NIOCore
package import NIOHTTP1

/// Stands behind the HTTP decoder of a server on the loopback interface: refuses what ``LoopbackPolicy`` refuses, with
/// status 403, and closes a connection that takes too long to say what it wants.
package final class LoopbackGuard: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = HTTPServerRequestPart
    package typealias InboundOut = HTTPServerRequestPart
    package typealias OutboundIn = HTTPServerResponsePart
    package typealias OutboundOut = HTTPServerResponsePart

    /// How long the head of a request may take from the moment that it is waited for.
    package static let headTime: TimeAmount = .seconds(60)

    private let policy: LoopbackPolicy
    private let headTime: TimeAmount
    private var timeout: Scheduled<Void>?
    private var isRefused = false

    /// Makes the guard of one connection.
    package init(_ policy: LoopbackPolicy = LoopbackPolicy(), headTime: TimeAmount = LoopbackGuard.headTime) {
        self.policy = policy
        self.headTime = headTime
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        awaitHead(context)
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        timeout?.cancel()
    }

    package func channelInactive(context: ChannelHandlerContext) {
        timeout?.cancel()
        context.fireChannelInactive()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isRefused else { return }
        if case .head(let head) = unwrapInboundIn(data) {
            timeout?.cancel()
            if let reason = policy.refusal(of: head) { return refuse(reason, context) }
        }
        context.fireChannelRead(data)
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { awaitHead(context) }
        context.write(data, promise: promise)
    }

    private func awaitHead(_ context: ChannelHandlerContext) {
        timeout?.cancel()
        let channel = context.channel
        timeout = context.eventLoop.scheduleTask(in: headTime) { channel.close(promise: nil) }
    }

    private func refuse(_ reason: String, _ context: ChannelHandlerContext) {
        isRefused = true
        let body = ByteBuffer(string: reason + "\n")
        let headers: HTTPHeaders = [
            "Content-Type": "text/plain", "Content-Length": String(body.readableBytes), "Connection": "close",
        ]
        let head = HTTPResponseHead(version: .http1_1, status: .forbidden, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
    }
}
