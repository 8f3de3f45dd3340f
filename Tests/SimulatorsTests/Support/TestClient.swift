import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Simulators

/// What a REST call gave back.
struct TestResponse: Sendable {
    var status = 0
    var contentType = ""
    var body: [UInt8] = []

    var text: String { String(decoding: body, as: UTF8.self) }

    func json() throws -> JSON { try JSON(body) }
}

/// A client that knows nothing but HTTP and WebSocket.
struct TestClient {
    let port: Int

    init(_ simulator: ObsidianSimulator) { port = simulator.port }

    func post(_ path: String, _ fields: String, userAgent: String? = "tests/1.0") async throws -> TestResponse {
        try await request(.POST, path, body: fields, userAgent: userAgent)
    }

    func request(
        _ method: HTTPMethod,
        _ path: String,
        body: String = "",
        userAgent: String? = "tests/1.0"
    ) async throws -> TestResponse {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    return try NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>(
                        wrappingChannelSynchronously: channel
                    )
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var headers: HTTPHeaders = ["Host": "127.0.0.1", "Content-Length": String(body.utf8.count)]
            if let userAgent { headers.add(name: "User-Agent", value: userAgent) }
            try await outbound.write(contentsOf: [
                .head(HTTPRequestHead(version: .http1_1, method: method, uri: path, headers: headers)),
                .body(.byteBuffer(ByteBuffer(string: body))),
                .end(nil),
            ])
            var response = TestResponse()
            for try await part in inbound {
                switch part {
                case .head(let head):
                    response.status = Int(head.status.code)
                    response.contentType = head.headers.first(name: "Content-Type") ?? ""
                case .body(let bytes): response.body += Array(bytes.readableBytesView)
                case .end: return response
                }
            }
            return response
        }
    }

    /// Signs in without a one-time code.
    func token() async throws -> String {
        let fields = #"{"email":"a@example.com","password":"pass"}"#
        return try await post("/user/signin", fields).json()["token"]?.string ?? ""
    }
}

/// What came over a socket.
enum TestEvent: Equatable {
    case text(JSON)
    case binary([UInt8])
    case pong([UInt8])
    /// The server closed or broke the connection; the code of its closing frame, if it sent one.
    case closed(UInt16?)
}

/// One open WebSocket; only inside `withSocket`.
final class TestSocket {
    private var iterator: NIOAsyncChannelInboundStream<WebSocketFrame>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>

    init(
        _ inbound: NIOAsyncChannelInboundStream<WebSocketFrame>,
        _ outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>
    ) {
        iterator = inbound.makeAsyncIterator()
        self.outbound = outbound
    }

    func send(_ text: String) async throws {
        try await write(.text, Array(text.utf8))
    }

    func write(_ opcode: WebSocketOpcode, _ data: [UInt8], fin: Bool = true) async throws {
        let frame = WebSocketFrame(fin: fin, opcode: opcode, maskKey: .random(), data: ByteBuffer(bytes: data))
        try await outbound.write(frame)
    }

    func next() async throws -> TestEvent {
        let frame: WebSocketFrame?
        do {
            frame = try await iterator.next(isolation: #isolation)
        } catch {
            return .closed(nil)
        }
        guard let frame else { return .closed(nil) }
        let data = Array(frame.data.readableBytesView)
        switch frame.opcode {
        case .text: return .text(try JSON(data))
        case .binary, .continuation: return .binary(data)
        case .pong: return .pong(data)
        default: return .closed(data.count >= 2 ? UInt16(data[0]) << 8 | UInt16(data[1]) : nil)
        }
    }

    /// The next message, which must be text.
    func text() async throws -> JSON {
        let event = try await next()
        guard case .text(let json) = event else { throw Unexpected(event: event) }
        return json
    }

    struct Unexpected: Error {
        let event: TestEvent
    }
}

extension TestClient {
    struct NotUpgraded: Error {
        let status: Int
    }

    private enum Upgrade: Sendable {
        case socket(NIOAsyncChannel<WebSocketFrame, WebSocketFrame>)
        case refused(NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>)
    }

    /// Opens a socket, without an `init`.
    func withSocket<Result: Sendable>(
        userAgent: String? = "tests/1.0",
        _ body: (TestSocket) async throws -> Result
    ) async throws -> Result {
        let upgrade = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture { try Self.configure(channel, userAgent: userAgent) }
            }.get()
        switch upgrade {
        case .socket(let channel):
            return try await channel.executeThenClose { inbound, outbound in
                try await body(TestSocket(inbound, outbound))
            }
        case .refused(let channel):
            let status = try await channel.executeThenClose { inbound, _ in
                for try await case .head(let head) in inbound { return Int(head.status.code) }
                return 0
            }
            throw NotUpgraded(status: status)
        }
    }

    private static func configure(_ channel: any Channel, userAgent: String?) throws -> EventLoopFuture<Upgrade> {
        let upgrader = NIOTypedWebSocketClientUpgrader<Upgrade>(
            maxFrameSize: 1 << 26,
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture {
                    .socket(try NIOAsyncChannel(wrappingChannelSynchronously: channel))
                }
            }
        )
        var headers: HTTPHeaders = ["Host": "127.0.0.1"]
        if let userAgent { headers.add(name: "User-Agent", value: userAgent) }
        let configuration = NIOTypedHTTPClientUpgradeConfiguration<Upgrade>(
            upgradeRequestHead: HTTPRequestHead(version: .http1_1, method: .GET, uri: "/", headers: headers),
            upgraders: [upgrader],
            notUpgradingCompletionHandler: { channel in
                channel.eventLoop.makeCompletedFuture {
                    .refused(try NIOAsyncChannel(wrappingChannelSynchronously: channel))
                }
            }
        )
        var pipeline = NIOUpgradableHTTPClientPipelineConfiguration(upgradeConfiguration: configuration)
        pipeline.leftOverBytesStrategy = .forwardBytes
        return try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(configuration: pipeline)
    }
}
