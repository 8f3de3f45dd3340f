import Logging
import LoopbackGuard
import NIOCore
import NIOHTTP1
import NIOSSL
import NIOWebSocket

/// What a connection of the Obsidian simulator is made of: HTTP for the REST side, until it becomes a WebSocket.
enum ObsidianConnection: Sendable {
    typealias HTTPChannel = HTTPListener.Connection
    typealias SocketChannel = NIOAsyncChannel<WebSocketFrame, WebSocketFrame>

    case http(HTTPChannel)
    case socket(SocketChannel)

    /// The most bytes of one message from a client.
    static let largestMessage = 1 << 20

    /// How connections are made.
    struct Settings: Sendable {
        /// Which requests are answered at all.
        var policy: LoopbackPolicy
        /// Speaks TLS where it is given.
        var tls: NIOSSLContext?
        /// Is asked for each WebSocket handshake.
        var refusesUpgrade: @Sendable (HTTPRequestHead) -> Bool

        /// The same for the listener.
        var manner: HTTPListener.Manner<ObsidianConnection> {
            HTTPListener.Manner { channel in try ObsidianConnection.configure(channel, self) }
        }
    }

    /// Serves the connection to its end.
    func run(_ simulator: ObsidianSimulator) async throws {
        do {
            switch self {
            case .http(let channel): try await HTTPConnection(simulator: simulator).run(channel)
            case .socket(let channel): try await SocketConnection.run(channel, simulator: simulator)
            }
        } catch {
            // A client that goes away in the middle is everyday life for a server.
            simulator.logger.debug("simulator connection broke", metadata: ["error.type": "\(type(of: error))"])
        }
    }

    private static func configure(
        _ channel: any Channel,
        _ settings: Settings
    ) throws -> EventLoopFuture<ObsidianConnection> {
        if let tls = settings.tls {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
        }
        let upgrader = NIOTypedWebSocketServerUpgrader<ObsidianConnection>(
            maxFrameSize: largestMessage,
            shouldUpgrade: { channel, head in
                // A refused handshake goes on as a plain request, and the HTTP side answers it.
                let isRefused = settings.policy.refusal(of: head) != nil || settings.refusesUpgrade(head)
                return channel.eventLoop.makeSucceededFuture(isRefused ? nil : HTTPHeaders())
            },
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture {
                    let aggregator = NIOWebSocketFrameAggregator(
                        minNonFinalFragmentSize: 1,
                        maxAccumulatedFrameCount: 64,
                        maxAccumulatedFrameSize: largestMessage
                    )
                    try channel.pipeline.syncOperations.addHandler(aggregator)
                    return .socket(try SocketChannel(wrappingChannelSynchronously: channel))
                }
            }
        )
        let upgrade = NIOTypedHTTPServerUpgradeConfiguration<ObsidianConnection>(
            upgraders: [upgrader],
            notUpgradingCompletionHandler: { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(LoopbackGuard(settings.policy))
                    return .http(try HTTPChannel(wrappingChannelSynchronously: channel))
                }
            }
        )
        let negotiated = try channel.pipeline.syncOperations.configureUpgradableHTTPServerPipeline(
            configuration: .init(upgradeConfiguration: upgrade)
        )
        let timeout = channel.eventLoop.scheduleTask(in: LoopbackGuard.headTime) { channel.close(promise: nil) }
        negotiated.whenComplete { _ in timeout.cancel() }
        return negotiated
    }
}
