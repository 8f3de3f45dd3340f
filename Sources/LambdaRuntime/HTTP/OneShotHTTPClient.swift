import NIOCore
import NIOHTTP1
import NIOPosix

/// An HTTP/1.1 client without TLS that opens a connection for each request and waits for the answer without limit.
package struct OneShotHTTPClient: Sendable {
    typealias Channel = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>

    private let host: String
    private let port: Int
    private let responseLimit: Int

    /// Makes a client for one server.
    ///
    /// - Parameters:
    ///   - host: name or address.
    ///   - port: the TCP port.
    ///   - responseLimit: the largest response body in bytes.
    package init(host: String, port: Int, responseLimit: Int) {
        self.host = host
        self.port = port
        self.responseLimit = responseLimit
    }

    /// Sends a request and returns the whole response.
    ///
    /// - Throws: `CancellationError` when the task is cancelled; ``LambdaRuntimeError`` with code `runtimeAPI` when
    ///   the server cannot be reached, closes early or sends too much.
    package func send(_ request: LoopbackRequest) async throws -> LoopbackResponse {
        do {
            return try await send(request, over: connect())
        } catch {
            try Task.checkCancellation()
            if let error = error as? LambdaRuntimeError { throw error }
            throw LambdaRuntimeError(.runtimeAPI, "the connection failed (\(error))")
        }
    }

    func send(_ request: LoopbackRequest, over channel: Channel) async throws -> LoopbackResponse {
        try await channel.executeThenClose { inbound, outbound in
            // In one write: a request without a body is complete with its head, and the server may have answered and
            // closed before a second one.
            try await outbound.write(contentsOf: parts(of: request))
            return try await collect(inbound)
        }
    }

    private func connect() async throws -> Channel {
        try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    return try Channel(wrappingChannelSynchronously: channel)
                }
            }
    }

    private func parts(of request: LoopbackRequest) -> [HTTPClientRequestPart] {
        let body = request.body.readableBytes > 0 ? [HTTPClientRequestPart.body(.byteBuffer(request.body))] : []
        return [.head(head(of: request))] + body + [.end(nil)]
    }

    private func head(of request: LoopbackRequest) -> HTTPRequestHead {
        var headers = request.headers
        headers.replaceOrAdd(name: "Host", value: "\(host):\(port)")
        headers.replaceOrAdd(name: "Connection", value: "close")
        if request.method != .GET {
            headers.replaceOrAdd(name: "Content-Length", value: String(request.body.readableBytes))
        }
        return HTTPRequestHead(version: .http1_1, method: request.method, uri: request.uri, headers: headers)
    }

    private func collect(
        _ inbound: NIOAsyncChannelInboundStream<HTTPClientResponsePart>
    ) async throws -> LoopbackResponse {
        var response: LoopbackResponse?
        for try await part in inbound {
            switch part {
            case .head(let head):
                response = LoopbackResponse(status: head.status, headers: head.headers)
            case .body(var chunk):
                guard (response?.body.readableBytes ?? 0) + chunk.readableBytes <= responseLimit else {
                    throw LambdaRuntimeError(.runtimeAPI, "the answer is larger than \(responseLimit) bytes")
                }
                response?.body.writeBuffer(&chunk)
            case .end:
                if let response { return response }
            }
        }
        throw LambdaRuntimeError(.runtimeAPI, "the connection was closed before the answer was complete")
    }
}
