import LoopbackGuard
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// Accepts connections on the loopback interface, for every simulator.
enum HTTPListener {
    typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

    /// What connections are made of.
    struct Manner<Wrapped: Sendable>: Sendable {
        /// Whether a client that sends less than it announced is still there to be told so.
        var allowsHalfClosure = false
        /// Adds what a connection needs, on its event loop.
        var wrap: @Sendable (any Channel) throws -> EventLoopFuture<Wrapped>
    }

    /// Serves while `body` runs. When it ends, all connections are cut and the port is given back.
    ///
    /// - Parameters:
    ///   - port: the port on 127.0.0.1; 0 takes a free one.
    ///   - manner: what connections are made of.
    ///   - limit: how many connections there may be; further ones are closed.
    ///   - connection: serves one connection; what it throws ends that connection alone.
    ///   - body: is given the port.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws, or the error of binding the port.
    static func serve<Wrapped: Sendable, Result: Sendable>(
        port: Int,
        _ manner: Manner<Wrapped>,
        limit: ConnectionLimit = ConnectionLimit(),
        connection: @escaping @Sendable (Wrapped) async throws -> Void,
        body: (_ port: Int) async throws -> Result
    ) async throws -> Result {
        let accepted = AcceptedChannels()
        defer { accepted.closeAll() }
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // Nothing is read before the connection is taken up.
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.allowRemoteHalfClosure, value: manner.allowsHalfClosure)
            .bind(host: "127.0.0.1", port: port) { channel in
                accepted.insert(channel)
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(HeldBack())
                    return channel
                }
            }
        let boundPort = listener.channel.localAddress?.port ?? port
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await listener.executeThenClose { channels in
                    try await withThrowingDiscardingTaskGroup { connections in
                        for try await channel in channels {
                            // To fail where the connection is made would end the listener.
                            guard (try? limit.admit(channel)) != nil else {
                                channel.close(promise: nil)
                                continue
                            }
                            connections.addTask { await serve(channel, manner, connection) }
                        }
                        connections.cancelAll()
                    }
                }
            }
            let result = try await body(boundPort)
            group.cancelAll()
            return result
        }
    }

    private static func serve<Wrapped: Sendable>(
        _ channel: any Channel,
        _ manner: Manner<Wrapped>,
        _ connection: @Sendable (Wrapped) async throws -> Void
    ) async {
        do {
            // A wrapped channel must be used, and one that is accepted in the moment the server ends is not: so it is
            // wrapped here and not where it is accepted.
            let wrapped = try await channel.eventLoop.submit {
                guard channel.isActive else { throw ChannelError.ioOnClosedChannel }
                let wrapped = try manner.wrap(channel)
                let pipeline = channel.pipeline.syncOperations
                pipeline.removeHandler(try pipeline.handler(type: HeldBack.self), promise: nil)
                return wrapped
            }.get()
            try await channel.setOption(.autoRead, value: true).get()
            try await connection(try await wrapped.get())
        } catch {
            // A client that goes away in the middle is everyday life for a server.
        }
    }
}

extension HTTPListener.Manner<HTTPListener.Connection> {
    /// HTTP/1.1, one request after the other; bodies are streamed both ways.
    ///
    /// - Parameter tls: speaks TLS where it is given.
    /// - Returns: what such connections are made of.
    static func http(tls: NIOSSLContext? = nil) -> Self {
        Self(allowsHalfClosure: true) { channel in
            let pipeline = channel.pipeline.syncOperations
            if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
            try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: false, withErrorHandling: false)
            try pipeline.addHandler(LoopbackGuard())
            let connection = try HTTPListener.Connection(wrappingChannelSynchronously: channel)
            return channel.eventLoop.makeSucceededFuture(connection)
        }
    }
}

/// Holds what arrives until it is removed: the end of a connection is read, and what came before it, although nobody has
/// taken the connection up and nothing was asked for.
private final class HeldBack: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private var bytes: [ByteBuffer] = []
    private var isInputClosed = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        bytes.append(unwrapInboundIn(data))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { isInputClosed = true }
    }

    func removeHandler(context: ChannelHandlerContext, removalToken: ChannelHandlerContext.RemovalToken) {
        for some in bytes { context.fireChannelRead(wrapInboundOut(some)) }
        if !bytes.isEmpty { context.fireChannelReadComplete() }
        if isInputClosed { context.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
        context.leavePipeline(removalToken: removalToken)
    }
}

/// The connections that are open, so that none outlives the server.
private final class AcceptedChannels: Sendable {
    private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

    func insert(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        channels.withLock { $0[id] = channel }
        channel.closeFuture.whenComplete { _ in self.channels.withLock { $0[id] = nil } }
    }

    func closeAll() {
        for channel in channels.withLock({ Array($0.values) }) { channel.close(promise: nil) }
    }
}
