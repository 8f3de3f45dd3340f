package import Logging
import NIOCore
import NIOHTTP1
import Synchronization

/// Runs a simulator of the GoPro cloud on two ports of 127.0.0.1, the API's and the media host's, while `body` runs.
///
/// - Parameters:
///   - library: the account to serve.
///   - configuration: how to behave.
///   - logger: where requests are noted, at `debug`.
///   - body: what to do with the running simulator.
/// - Returns: what `body` returns.
/// - Throws: what `body` throws, or the error of binding a port.
package func withGoProSimulator<Result: Sendable>(
    library: SimulatedMediaLibrary,
    configuration: GoProSimulator.Configuration = .init(),
    logger: Logger,
    _ body: (GoProSimulator) async throws -> Result
) async throws -> Result {
    let simulator = GoProSimulator(library: library, configuration: configuration, logger: logger)
    let api = GoProConnection(simulator: simulator, isForMedia: false)
    let media = GoProConnection(simulator: simulator, isForMedia: true)
    return try await HTTPListener.serve(port: configuration.port, .http(), connection: api.run) { apiPort in
        try await HTTPListener.serve(port: 0, .http(), connection: media.run) { mediaPort in
            simulator.state.withLock { state in
                state.baseURL = "http://127.0.0.1:\(apiPort)"
                state.mediaURL = "http://127.0.0.1:\(mediaPort)"
            }
            return try await body(simulator)
        }
    }
}

/// Answers the requests of one connection, one after the other.
private struct GoProConnection: Sendable {
    private static let pieceSize: Int64 = 64 << 10

    let simulator: GoProSimulator
    let isForMedia: Bool

    func run(_ connection: HTTPListener.Connection) async throws {
        do {
            try await connection.executeThenClose { inbound, outbound in
                var head: HTTPRequestHead?
                var body: [UInt8] = []
                for try await part in inbound {
                    switch part {
                    case .head(let new): (head, body) = (new, [])
                    case .body(let bytes):
                        guard body.count < 1 << 20 else { return }
                        body += Array(bytes.readableBytesView)
                    case .end:
                        guard let head else { return }
                        let request = GoProSimulator.Request(
                            method: head.method.rawValue,
                            target: head.uri,
                            headers: head.headers.map { ($0.name, $0.value) },
                            body: body
                        )
                        let latency = simulator.configuration.latency
                        if latency > .zero { try await Task.sleep(for: latency) }
                        let answer = simulator.answer(request, isForMedia: isForMedia)
                        guard try await send(answer, to: outbound) else {
                            return await end(connection.channel, answer)
                        }
                        guard head.isKeepAlive else { return }
                    }
                }
            }
        } catch {
            // A client that goes away in the middle is everyday life for a server.
            simulator.logger.debug("simulator connection broke", metadata: ["error.type": "\(type(of: error))"])
        }
    }

    /// Ends a connection in the middle of an answer.
    private func end(_ channel: any Channel, _ answer: GoProSimulator.Response) async {
        guard case .generated(_, _, let cut?) = answer.body else { return }
        switch cut.manner {
        case .closed: break
        case .reset: await channel.reset()
        // Until the client has had enough, or the server ends.
        case .silent: try? await Task.sleep(for: .seconds(3600))
        }
    }

    /// Sends an answer; false when the connection has to break in the middle of it.
    private func send(
        _ answer: GoProSimulator.Response,
        to outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>
    ) async throws -> Bool {
        let status = HTTPResponseStatus(statusCode: answer.status)
        let headers = HTTPHeaders(answer.headers.map { ($0.name, $0.value) })
        try await outbound.write(.head(.init(version: .http1_1, status: status, headers: headers)))
        switch answer.body {
        case .bytes(let bytes):
            if !bytes.isEmpty { try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: bytes)))) }
        case .generated(let content, let range, let cut):
            let end = cut.map { range.lowerBound + $0.after } ?? range.upperBound
            var offset = range.lowerBound
            while offset < end {
                let next = min(end, offset + Self.pieceSize)
                try await simulator.link?.pass(Int(next - offset))
                try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: content.bytes(offset..<next)))))
                simulator.count { [sent = next - offset] in $0.bytesSent += sent }
                offset = next
            }
            if cut != nil { return false }
        }
        try await outbound.write(.end(nil))
        return true
    }
}
