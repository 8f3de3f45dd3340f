import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket
import SyncCore

/// Opens WebSockets and keeps them alive.
enum WebSocketClient {
    /// How long connecting, TLS and the upgrade may take.
    static let openTimeout: TimeAmount = .seconds(30)
    /// The largest frame that is accepted: a file of 200 MB in one piece, and some room.
    static let largestFrame = 224 << 20

    typealias Channel = NIOAsyncChannel<WebSocketFrame, WebSocketFrame>

    /// Connects, upgrades and runs `body` with the open socket, which is closed afterwards.
    ///
    /// - Throws: `SourceUnavailable` when no socket can be opened.
    static func with<Result: Sendable>(
        _ endpoint: HostPolicy.Endpoint,
        _ body: (Channel, NIOAsyncChannelInboundStream<WebSocketFrame>) async throws -> Result
    ) async throws -> Result {
        let channel: Channel
        do {
            channel = try await open(endpoint)
        } catch let error as SyncError {
            throw error
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw SyncError(.sourceUnavailable, "the sync host of a vault cannot be reached", underlying: error)
        }
        return try await channel.executeThenClose { inbound, _ in
            try await body(channel, inbound)
        }
    }

    private static func open(_ endpoint: HostPolicy.Endpoint) async throws -> Channel {
        let tls = endpoint.isSecure ? try NIOSSLContext(configuration: .makeClientConfiguration()) : nil
        let upgrade: EventLoopFuture<Channel> = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connectTimeout(openTimeout)
            .connect(host: endpoint.host, port: endpoint.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        let handler = try NIOSSLClientHandler(context: tls, serverHostname: endpoint.host)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    return try configure(channel, endpoint)
                }
            }
        return try await upgrade.get()
    }

    private static func configure(
        _ channel: any NIOCore.Channel,
        _ endpoint: HostPolicy.Endpoint
    ) throws -> EventLoopFuture<Channel> {
        let upgrader = NIOTypedWebSocketClientUpgrader<Channel>(
            maxFrameSize: largestFrame,
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture {
                    // One frame at a time: frames are large, and reading ahead is memory.
                    try Channel(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(
                            backPressureStrategy: .init(lowWatermark: 1, highWatermark: 2),
                            inboundType: WebSocketFrame.self,
                            outboundType: WebSocketFrame.self
                        )
                    )
                }
            }
        )
        var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: endpoint.path)
        let usualPort = endpoint.isSecure ? 443 : 80
        head.headers.add(
            name: "Host",
            value: endpoint.port == usualPort ? endpoint.host : "\(endpoint.host):\(endpoint.port)"
        )
        head.headers.add(name: "User-Agent", value: "obsync/1.0")
        head.headers.add(name: "Origin", value: "app://obsidian.md")
        head.headers.add(name: "Content-Length", value: "0")
        let configuration = NIOTypedHTTPClientUpgradeConfiguration(
            upgradeRequestHead: head,
            upgraders: [upgrader],
            notUpgradingCompletionHandler: { channel in
                channel.close(promise: nil)
                return channel.eventLoop.makeFailedFuture(
                    SyncError(.sourceUnavailable, "the sync host of a vault does not open a socket")
                )
            }
        )
        let timeout = channel.eventLoop.scheduleTask(in: openTimeout) { channel.close(promise: nil) }
        let upgraded = try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(
            configuration: .init(upgradeConfiguration: configuration)
        )
        upgraded.whenComplete { _ in timeout.cancel() }
        return upgraded
    }
}
