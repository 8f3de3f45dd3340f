import HTTPTransport
import LambdaRuntime
import Logging
import NIOCore
import NIOHTTP1
import Synchronization

/// What passed the proxy, and can be asked for since the last time.
final class RequestLog: Sendable {
    private let lines = Mutex<[String]>([])

    /// Notes a request, and lets it pass.
    @Sendable
    func pass(_ request: LoopbackRequest) -> Bool {
        lines.withLock { $0.append("\(request.method.rawValue) \(request.uri)") }
        return true
    }

    /// The requests since the last call, as `METHOD /bucket/key?query`.
    func take() -> [String] {
        lines.withLock { lines in
            defer { lines = [] }
            return lines
        }
    }
}

/// Forwards to `target` the requests that `pass` lets through; the others get status 400 and an error of S3.
func withProxy(
    to target: String,
    _ transport: AsyncHTTPClientTransport,
    pass: @escaping @Sendable (LoopbackRequest) -> Bool,
    _ body: (_ address: String) async throws -> Void
) async throws {
    let options = LoopbackServerOptions(
        port: 0,
        bodyLimit: 64 << 20,
        tooLarge: LoopbackResponse(status: .payloadTooLarge)
    )
    try await withLoopbackServer(options) { request in
        guard pass(request) else {
            let error = "<Error><Code>OperationAborted</Code><Message>not today</Message></Error>"
            return LoopbackResponse(status: .badRequest, body: ByteBuffer(string: error))
        }
        do {
            let answer = try await transport.execute(
                HTTPRequest(
                    method: request.method,
                    url: target + request.uri,
                    headers: request.headers.forwarded,
                    body: request.body.readableBytes > 0 ? .bytes(request.body) : .none
                ),
                timeout: .seconds(60),
                logger: quietLogger
            )
            return LoopbackResponse(
                status: HTTPResponseStatus(statusCode: answer.status),
                headers: answer.headers.forwarded,
                body: try await answer.collect(upTo: 64 << 20)
            )
        } catch {
            return LoopbackResponse(status: .badGateway)
        }
    } body: { port in
        try await body("http://127.0.0.1:\(port)")
    }
}

extension HTTPHeaders {
    /// What is not about one connection.
    fileprivate var forwarded: HTTPHeaders {
        var headers = self
        for name in ["Host", "Content-Length", "Transfer-Encoding", "Connection"] { headers.remove(name: name) }
        return headers
    }
}
