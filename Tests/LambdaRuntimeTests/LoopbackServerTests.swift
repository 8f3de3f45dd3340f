import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import LambdaRuntime

@Suite("Loopback server", .timeLimit(.minutes(10)))
struct LoopbackServerTests {
    private let options = LoopbackServerOptions(
        port: 0,
        bodyLimit: 8,
        tooLarge: LoopbackResponse(status: .payloadTooLarge)
    )

    private func send(_ request: LoopbackRequest, limit: Int = 100) async throws -> LoopbackResponse {
        try await withLoopbackServer(options) { request in
            LoopbackResponse(status: .ok, headers: ["X-Path": String(request.path)], body: request.body)
        } body: { port in
            try await OneShotHTTPClient(host: "127.0.0.1", port: port, responseLimit: limit).send(request)
        }
    }

    @Test("a request reaches the handler and its answer the client")
    func roundTrip() async throws {
        let answer = try await send(
            LoopbackRequest(method: .POST, uri: "/a?b=c", body: ByteBuffer(string: "12345678"))
        )
        #expect(answer.status == .ok)
        #expect(answer.headers["X-Path"] == ["/a"])
        #expect(String(buffer: answer.body) == "12345678")
    }

    @Test("a body above the limit never reaches the handler")
    func tooLarge() async throws {
        let answer = try await send(
            LoopbackRequest(method: .POST, uri: "/", body: ByteBuffer(string: "123456789"))
        )
        #expect(answer.status == .payloadTooLarge)
    }

    @Test(
        "a request of a web page never reaches the handler",
        arguments: [
            ["Origin": "http://example.com"], ["Origin": "null"], ["Sec-Fetch-Site": "cross-site"],
        ] as [HTTPHeaders]
    )
    func page(headers: HTTPHeaders) async throws {
        let answer = try await send(LoopbackRequest(method: .POST, uri: "/", headers: headers))
        #expect(answer.status == .forbidden)
        #expect(answer.headers["X-Path"].isEmpty)
    }

    @Test("an answer above the client's limit is an error")
    func responseLimit() async throws {
        await #expect(throws: LambdaRuntimeError(.runtimeAPI, "the answer is larger than 4 bytes")) {
            try await send(LoopbackRequest(method: .POST, uri: "/", body: ByteBuffer(string: "12345")), limit: 4)
        }
    }

    /// A request without a body is complete with its head, so the server may close before the client has written its end.
    @Test("an answer counts although the server closes as soon as it has the head")
    func earlyClose() async throws {
        let channel = NIOAsyncTestingChannel()
        let wrapped = try await channel.testingEventLoop.executeInContext {
            try channel.pipeline.syncOperations.addHandler(HastyServer())
            return try OneShotHTTPClient.Channel(wrappingChannelSynchronously: channel)
        }
        try await channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1))
        let client = OneShotHTTPClient(host: "127.0.0.1", port: 1, responseLimit: 4)
        let answer = try await client.send(LoopbackRequest(method: .GET, uri: "/"), over: wrapped)
        #expect(answer.status == .ok)
    }

    @Test("a server that is gone is an error of the client")
    func gone() async throws {
        let port = try await withLoopbackServer(options) { _ in
            LoopbackResponse(status: .ok)
        } body: {
            $0
        }
        let client = OneShotHTTPClient(host: "127.0.0.1", port: port, responseLimit: 4)
        await #expect(throws: LambdaRuntimeError.self) {
            try await client.send(LoopbackRequest(method: .GET, uri: "/"))
        }
    }
}

/// Answers with the first flush, and closes.
private final class HastyServer: ChannelOutboundHandler {
    typealias OutboundIn = HTTPClientRequestPart

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        promise?.succeed()
    }

    func flush(context: ChannelHandlerContext) {
        let head = HTTPResponseHead(version: .http1_1, status: .ok)
        context.fireChannelRead(NIOAny(HTTPClientResponsePart.head(head)))
        context.fireChannelRead(NIOAny(HTTPClientResponsePart.end(nil)))
        context.fireChannelReadComplete()
        context.close(promise: nil)
    }
}
