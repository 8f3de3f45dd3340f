import Logging
import LoopbackGuard
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket

/// Accepts connections and hands each to the REST or to the WebSocket side.
enum SimulatorListener {
    typealias HTTPChannel = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>
    typealias SocketChannel = NIOAsyncChannel<WebSocketFrame, WebSocketFrame>
    typealias Listener = NIOAsyncChannel<EventLoopFuture<Connection>, Never>

    enum Connection: Sendable {
        case http(HTTPChannel)
        case socket(SocketChannel)
    }

    /// The most bytes of one message from a client.
    static let largestMessage = 1 << 20

    /// What a connection is made of.
    struct Settings: Sendable {
        /// Which requests are answered at all.
        var policy: LoopbackPolicy
        /// Speaks TLS where it is given.
        var tls: NIOSSLContext?
        /// Is asked for each WebSocket handshake.
        var refusesUpgrade: @Sendable (HTTPRequestHead) -> Bool
    }

    /// Listens on 127.0.0.1.
    static func bind(port: Int, _ settings: Settings) async throws -> Listener {
        let limit = ConnectionLimit()
        return try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try limit.admit(channel)
                    return try configure(channel, settings)
                }
            }
    }

    /// Serves until the task is cancelled; then every connection is closed.
    static func run(_ listener: Listener, simulator: ObsidianSimulator) async {
        do {
            try await listener.executeThenClose { connections in
                try await withThrowingDiscardingTaskGroup { group in
                    for try await connection in connections {
                        group.addTask { await serve(connection, simulator: simulator) }
                    }
                    group.cancelAll()
                }
            }
        } catch is CancellationError {
            // The scope ended.
        } catch {
            simulator.logger.debug("simulator stopped listening", metadata: ["error.type": "\(type(of: error))"])
        }
    }

    private static func serve(_ connection: EventLoopFuture<Connection>, simulator: ObsidianSimulator) async {
        do {
            switch try await connection.get() {
            case .http(let channel): try await HTTPConnection(simulator: simulator).run(channel)
            case .socket(let channel): try await SocketConnection.run(channel, simulator: simulator)
            }
        } catch {
            // A client that goes away in the middle is everyday life for a server.
            simulator.logger.debug("simulator connection broke", metadata: ["error.type": "\(type(of: error))"])
        }
    }

    private static func configure(_ channel: any Channel, _ settings: Settings) throws -> EventLoopFuture<Connection> {
        if let tls = settings.tls {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
        }
        let upgrader = NIOTypedWebSocketServerUpgrader<Connection>(
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
        let upgrade = NIOTypedHTTPServerUpgradeConfiguration<Connection>(
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
