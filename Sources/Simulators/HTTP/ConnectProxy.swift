import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A proxy on the loopback interface that knows `CONNECT` and nothing else. Every host that it is asked for is on this
/// machine: it only looks up the port.
package final class ConnectProxy: Sendable {
    private struct State {
        var port = 0
        var requests: [String] = []
    }

    private typealias Bytes = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    private let credentials: String?
    private let route: @Sendable (String) -> Int?
    private let state = Mutex(State())

    private init(credentials: String?, route: @escaping @Sendable (String) -> Int?) {
        self.credentials = credentials
        self.route = route
    }

    /// The proxy's address, as `HTTPS_PROXY` has it.
    package var address: String { "http://127.0.0.1:\(state.withLock { $0.port })" }

    /// What it was asked for so far, as `host:port`.
    package var requests: [String] { state.withLock { $0.requests } }

    /// Runs a proxy while `body` runs.
    ///
    /// - Parameters:
    ///   - credentials: what has to stand in `Proxy-Authorization`; nil lets everybody through.
    ///   - route: the port on 127.0.0.1 that `host:port` stands for; nil answers 502.
    ///   - body: uses the proxy.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws, or the error of binding the port.
    package static func with<Result: Sendable>(
        credentials: String? = nil,
        route: @escaping @Sendable (String) -> Int?,
        _ body: (ConnectProxy) async throws -> Result
    ) async throws -> Result {
        let proxy = ConnectProxy(credentials: credentials, route: route)
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture { try Bytes(wrappingChannelSynchronously: channel) }
            }
        proxy.state.withLock { $0.port = server.channel.localAddress?.port ?? 0 }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await server.executeThenClose { clients in
                    try await withThrowingDiscardingTaskGroup { connections in
                        for try await client in clients {
                            connections.addTask {
                                // A client or a host that goes away ends its own connection only.
                                try? await proxy.serve(client)
                            }
                        }
                        connections.cancelAll()
                    }
                }
            }
            let result = try await body(proxy)
            group.cancelAll()
            return result
        }
    }

    private func serve(_ client: Bytes) async throws {
        try await client.executeThenClose { inbound, outbound in
            var incoming = inbound.makeAsyncIterator()
            var head = ""
            while !head.hasSuffix("\r\n\r\n") {
                guard let bytes = try await incoming.next(isolation: #isolation), head.utf8.count < 8192 else { return }
                head += String(buffer: bytes)
            }
            let lines = head.split(separator: "\r\n").map(String.init)
            let words = lines.first?.split(separator: " ").map(String.init) ?? []
            guard words.count == 3, words[0] == "CONNECT" else { return try await outbound.write("400 Bad Request") }
            state.withLock { $0.requests.append(words[1]) }
            if let credentials,
                !lines.contains(where: { $0.lowercased() == "proxy-authorization: \(credentials)".lowercased() })
            {
                return try await outbound.write("407 Proxy Authentication Required")
            }
            guard let port = route(words[1]) else { return try await outbound.write("502 Bad Gateway") }
            let host = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connect(host: "127.0.0.1", port: port) { channel in
                    channel.eventLoop.makeCompletedFuture { try Bytes(wrappingChannelSynchronously: channel) }
                }
            try await host.executeThenClose { answers, requests in
                try await outbound.write("200 Connection established")
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        for try await bytes in answers { try await outbound.write(bytes) }
                    }
                    while let bytes = try await incoming.next(isolation: #isolation) { try await requests.write(bytes) }
                    group.cancelAll()
                }
            }
        }
    }
}

extension NIOAsyncChannelOutboundWriter<ByteBuffer> {
    /// Writes an answer that consists of a status alone.
    fileprivate func write(_ status: String) async throws {
        try await write(ByteBuffer(string: "HTTP/1.1 \(status)\r\n\r\n"))
    }
}
