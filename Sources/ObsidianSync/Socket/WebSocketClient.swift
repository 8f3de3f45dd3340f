import HTTPTransport
import NIOCore
import NIOHTTP1
import NIOWebSocket
import SyncCore

/// Opens WebSockets.
struct WebSocketClient: Sendable {
    /// An open socket: frames are written to the channel, and taken from the handler.
    struct Connection: Sendable {
        var channel: any Channel
        var handler: NIOLoopBound<SocketHandler>
    }

    /// Finds the way to a host.
    let connector: ChannelConnector

    /// Connects and upgrades.
    ///
    /// - Throws: `SourceUnavailable` when no socket can be opened before the deadline; `InvalidConfiguration` when the
    ///   host's certificate is not trusted.
    func open(_ endpoint: HostPolicy.Endpoint, by deadline: NIODeadline) async throws -> Connection {
        do {
            return try await connector.connect(
                host: endpoint.host,
                port: endpoint.port,
                isSecure: endpoint.isSecure,
                by: deadline
            ) { channel in
                try Self.configure(channel, endpoint, deadline)
            }
        } catch let error as TransportError {
            throw SyncError(error, reaching: "the sync host of a vault")
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
