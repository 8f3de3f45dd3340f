import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import ObsidianSync
import Synchronization

/// A WebSocket server on loopback that answers each text it gets with the next frames of a script.
///
/// It says what no simulator of the service should: broken, fragmented and misplaced frames.
enum ScriptedSocketServer {
    /// A frame to send, or the end of the connection.
    enum Frame: Sendable {
        case text(String)
        case textPart(String, isFirst: Bool, isLast: Bool)
        case binary([UInt8])
        case binaryPart([UInt8], isFirst: Bool, isLast: Bool)
        case ping([UInt8])
        case pong
        /// The text that answers pings, again and again.
        case pongsForever
        case close
        case cut
    }

    /// What a client has sent: texts, and the payloads of pongs.
    final class Received: Sendable {
        private let state = Mutex((texts: [String](), pongs: [[UInt8]]()))

        var texts: [String] { state.withLock { $0.texts } }
        var pongs: [[UInt8]] { state.withLock { $0.pongs } }

        fileprivate func add(text: String) -> Int {
            state.withLock { state in
                state.texts.append(text)
                return state.texts.count - 1
            }
        }

        fileprivate func add(pong: [UInt8]) { state.withLock { $0.pongs.append(pong) } }
    }

    private typealias Socket = NIOAsyncChannel<WebSocketFrame, WebSocketFrame>

    /// Serves one connection after the other while `body` runs.
    static func with<Result: Sendable>(
        _ script: [[Frame]],
        _ body: (HostPolicy.Endpoint, Received) async throws -> Result
    ) async throws -> Result {
        let received = Received()
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture { try configure(channel) }
            }
        let port = server.channel.localAddress?.port ?? 0
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await server.executeThenClose { connections in
                    for try await upgrade in connections {
                        guard let socket = try await upgrade.get() else { continue }
                        // A client that goes away in the middle of the script is what some tests are about.
                        try? await serve(socket, script, received)
                    }
                }
            }
            let result = try await body(
                try HostPolicy(allowsLoopback: true).endpoint(for: "127.0.0.1:\(port)"),
                received
            )
            group.cancelAll()
            return result
        }
    }

    private static func configure(_ channel: any Channel) throws -> EventLoopFuture<Socket?> {
        let upgrader = NIOTypedWebSocketServerUpgrader<Socket?>(
            shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture([:]) },
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture { try Socket(wrappingChannelSynchronously: channel) }
            }
        )
        return try channel.pipeline.syncOperations.configureUpgradableHTTPServerPipeline(
            configuration: .init(
                upgradeConfiguration: .init(
                    upgraders: [upgrader],
                    notUpgradingCompletionHandler: { $0.eventLoop.makeSucceededFuture(nil) }
                )
            )
        )
    }

    private static func serve(_ socket: Socket, _ script: [[Frame]], _ received: Received) async throws {
        try await socket.executeThenClose { inbound, outbound in
            for try await frame in inbound {
                let bytes = Array(frame.unmaskedData.readableBytesView)
                if frame.opcode == .pong { received.add(pong: bytes) }
                guard frame.opcode == .text else { continue }
                let number = received.add(text: String(decoding: bytes, as: UTF8.self))
                for answer in number < script.count ? script[number] : [] {
                    guard let frame = answer.frame else { return }
                    repeat {
                        try await outbound.write(frame)
                    } while answer.isRepeated
                }
            }
        }
    }
}

extension ScriptedSocketServer.Frame {
    fileprivate var isRepeated: Bool {
        if case .pongsForever = self { true } else { false }
    }

    /// The frame; nil for the end of the connection.
    fileprivate var frame: WebSocketFrame? {
        func part(_ opcode: WebSocketOpcode, _ bytes: [UInt8], _ isFirst: Bool, _ isLast: Bool) -> WebSocketFrame {
            WebSocketFrame(fin: isLast, opcode: isFirst ? opcode : .continuation, data: ByteBuffer(bytes: bytes))
        }
        return switch self {
        case .text(let text): part(.text, Array(text.utf8), true, true)
        case .textPart(let text, let isFirst, let isLast): part(.text, Array(text.utf8), isFirst, isLast)
        case .binary(let bytes): part(.binary, bytes, true, true)
        case .binaryPart(let bytes, let isFirst, let isLast): part(.binary, bytes, isFirst, isLast)
        case .ping(let bytes): part(.ping, bytes, true, true)
        case .pong: part(.pong, [], true, true)
        case .pongsForever: part(.text, Array(#"{"op":"pong"}"#.utf8), true, true)
        case .close: part(.connectionClose, [], true, true)
        case .cut: nil
        }
    }
}
