import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket
import SyncCore
import Synchronization

/// Opens WebSockets.
enum WebSocketClient {
    /// An open socket: frames are written to the channel, and taken from the handler.
    struct Connection: Sendable {
        var channel: any Channel
        var handler: NIOLoopBound<SocketHandler>
    }

    /// Connects and upgrades.
    ///
    /// - Throws: `SourceUnavailable` when no socket can be opened before the deadline.
    static func open(_ endpoint: HostPolicy.Endpoint, by deadline: NIODeadline) async throws -> Connection {
        do {
            return try await connect(endpoint, by: deadline)
        } catch let error as SyncError {
            throw error
        } catch {
            try Task.checkCancellation()
            throw SyncError(.sourceUnavailable, "the sync host of a vault cannot be reached", underlying: error)
        }
    }

    private struct Opening {
        var channel: (any Channel)?
        var isCancelled = false
    }

    private static func connect(_ endpoint: HostPolicy.Endpoint, by deadline: NIODeadline) async throws -> Connection {
        let tls = endpoint.isSecure ? try NIOSSLContext(configuration: .makeClientConfiguration()) : nil
        let opening = Mutex(Opening())
        let bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connectTimeout(deadline - .now())
        // A future does not know of cancellation; a channel that is closed ends the wait for it.
        return try await withTaskCancellationHandler {
            let upgrade: EventLoopFuture<Connection> = try await bootstrap.connect(
                host: endpoint.host,
                port: endpoint.port
            ) { channel in
                let isCancelled = opening.withLock { opening in
                    opening.channel = channel
                    return opening.isCancelled
                }
                return channel.eventLoop.makeCompletedFuture {
                    if isCancelled { throw CancellationError() }
                    if let tls {
                        let handler = try NIOSSLClientHandler(context: tls, serverHostname: endpoint.host)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    return try configure(channel, endpoint, deadline)
                }
            }
            return try await upgrade.get()
        } onCancel: {
            let channel = opening.withLock { opening in
                opening.isCancelled = true
                return opening.channel
            }
            channel?.close(promise: nil)
        }
    }

    private static func configure(
        _ channel: any Channel,
        _ endpoint: HostPolicy.Endpoint,
        _ deadline: NIODeadline
    ) throws -> EventLoopFuture<Connection> {
        let configuration = NIOTypedHTTPClientUpgradeConfiguration(
            upgradeRequestHead: requestHead(endpoint),
            upgraders: [Upgrader()],
            notUpgradingCompletionHandler: { channel in
                channel.close(promise: nil)
                return channel.eventLoop.makeFailedFuture(
                    SyncError(.sourceUnavailable, "the sync host of a vault does not open a socket")
                )
            }
        )
        let timeout = channel.eventLoop.scheduleTask(deadline: deadline) { channel.close(promise: nil) }
        let upgraded = try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(
            configuration: .init(upgradeConfiguration: configuration)
        )
        upgraded.whenComplete { _ in timeout.cancel() }
        return upgraded
    }

    private static func requestHead(_ endpoint: HostPolicy.Endpoint) -> HTTPRequestHead {
        var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: endpoint.path)
        let usualPort = endpoint.isSecure ? 443 : 80
        head.headers.add(
            name: "Host",
            value: endpoint.port == usualPort ? endpoint.host : "\(endpoint.host):\(endpoint.port)"
        )
        head.headers.add(name: "User-Agent", value: "obsync/1.0")
        head.headers.add(name: "Origin", value: "app://obsidian.md")
        head.headers.add(name: "Content-Length", value: "0")
        return head
    }

    /// Adds the handlers of an open socket.
    static func addHandlers(to channel: any Channel) throws -> Connection {
        let handler = SocketHandler(on: channel.eventLoop)
        try channel.pipeline.syncOperations.addHandlers(WebSocketFrameEncoder(), handler)
        return Connection(channel: channel, handler: NIOLoopBound(handler, eventLoop: channel.eventLoop))
    }

    /// The handshake is the library's; its decoder, which holds a frame until it is whole, is not wanted.
    private struct Upgrader: NIOTypedHTTPClientProtocolUpgrader {
        private let handshake = NIOTypedWebSocketClientUpgrader<Connection>(
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
            }
        )

        var supportedProtocol: String { handshake.supportedProtocol }
        var requiredUpgradeHeaders: [String] { handshake.requiredUpgradeHeaders }

        func addCustom(upgradeRequestHeaders headers: inout HTTPHeaders) {
            handshake.addCustom(upgradeRequestHeaders: &headers)
        }

        func shouldAllowUpgrade(upgradeResponse response: HTTPResponseHead) -> Bool {
            handshake.shouldAllowUpgrade(upgradeResponse: response)
        }

        func upgrade(channel: any Channel, upgradeResponse: HTTPResponseHead) -> EventLoopFuture<Connection> {
            channel.eventLoop.makeCompletedFuture { try addHandlers(to: channel) }
        }
    }
}
