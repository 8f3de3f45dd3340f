import Logging
import NIOCore
import NIOHTTP1

/// Serves the REST requests of one connection, one after the other.
struct HTTPConnection {
    let simulator: ObsidianSimulator

    func run(_ channel: ObsidianConnection.HTTPChannel) async throws {
        try await channel.executeThenClose { inbound, outbound in
            var head: HTTPRequestHead?
            var body = ByteBuffer()
            for try await part in inbound {
                switch part {
                case .head(let newHead):
                    head = newHead
                    body.clear()
                case .body(let bytes):
                    guard body.readableBytes + bytes.readableBytes <= ObsidianConnection.largestMessage else { return }
                    body.writeImmutableBuffer(bytes)
                case .end:
                    // The head of a refused WebSocket handshake stays behind in the upgrade handler.
                    guard let request = head else {
                        return try await send(.page(.gatewayTimeout), keepsOpen: false, to: outbound)
                    }
                    let keepsOpen = request.isKeepAlive
                    let response = answer(request, body: body)
                    guard !response.isCut else { return }
                    try await send(response, keepsOpen: keepsOpen, to: outbound)
                    guard keepsOpen else { return }
                    head = nil
                }
            }
        }
    }

    private func answer(_ head: HTTPRequestHead, body: ByteBuffer) -> RESTResponse {
        let path = head.uri.split(separator: "?", omittingEmptySubsequences: false).first.map(String.init) ?? head.uri
        guard !head.headers.contains(name: "Upgrade") else { return .page(.gatewayTimeout) }
        simulator.logger.debug("simulator request", metadata: ["http.path": "\(path)"])
        simulator.count { $0.restRequests[path, default: 0] += 1 }
        guard head.headers.contains(name: "User-Agent") else {
            simulator.count { $0.requestsWithoutUserAgent += 1 }
            return .page(.gatewayTimeout)
        }
        if let broken = simulator.brokenAnswer() { return broken }
        switch head.method {
        case .POST:
            let answer = simulator.answer(path: path, body: Array(body.readableBytesView))
            return simulator.takeFault(.restCompressed) ? answer.compressed : answer
        case .OPTIONS: return RESTResponse(status: .noContent, contentType: "text/plain", body: [])
        default: return .page(.methodNotAllowed)
        }
    }

    private func send(
        _ response: RESTResponse,
        keepsOpen: Bool,
        to outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>
    ) async throws {
        var headers = HTTPHeaders()
        headers.add(name: "Content-Type", value: response.contentType)
        headers.add(name: "Content-Length", value: String(response.body.count))
        for header in response.headers { headers.add(name: header.name, value: header.value) }
        if !keepsOpen { headers.add(name: "Connection", value: "close") }
        try await outbound.write(contentsOf: [
            .head(HTTPResponseHead(version: .http1_1, status: response.status, headers: headers)),
            .body(.byteBuffer(ByteBuffer(bytes: response.body))),
            .end(nil),
        ])
    }
}
