import NIOCore
import NIOPosix

/// What a loopback server needs to know beside its handler.
package struct LoopbackServerOptions: Sendable {
    /// The port to listen on; 0 takes any free one.
    package var port: Int
    /// The largest request body in bytes.
    package var bodyLimit: Int
    /// The answer to a request with a larger body.
    package var tooLarge: LoopbackResponse
    /// How many connections are served at once; further ones wait.
    package var maxConnections: Int

    /// Makes options.
    package init(port: Int, bodyLimit: Int, tooLarge: LoopbackResponse, maxConnections: Int = 256) {
        self.port = port
        self.bodyLimit = bodyLimit
        self.tooLarge = tooLarge
        self.maxConnections = maxConnections
    }
}

/// Serves HTTP/1.1 on 127.0.0.1 while `body` runs.
///
/// Requests of one connection are answered in turn. Web pages, and requests for other hosts than this machine, get status
/// 403: the server asks nobody who they are. A connection that takes long to say what it wants is closed.
///
/// - Parameters:
///   - options: port and limits.
///   - handler: answers one request; is cancelled when the scope ends.
///   - body: is given the port that the server listens on.
/// - Returns: what `body` returns.
/// - Throws: what `body` throws, or an I/O error when the port cannot be had.
package func withLoopbackServer<Result: Sendable>(
    _ options: LoopbackServerOptions,
    handler: @escaping @Sendable (LoopbackRequest) async -> LoopbackResponse,
    body: (_ port: Int) async throws -> Result
) async throws -> Result {
    let connections = OpenConnections()
    defer { connections.closeAll() }
    let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        // Nothing is read before the connection is taken up.
        .childChannelOption(.autoRead, value: false)
        .bind(host: "127.0.0.1", port: options.port) { channel in
            connections.insert(channel)
            return channel.eventLoop.makeSucceededFuture(channel)
        }
    let port = listener.channel.localAddress?.port ?? options.port
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            try await listener.executeThenClose { channels in
                try await accept(channels, options: options, handler: handler)
            }
        }
        let result = try await body(port)
        group.cancelAll()
        return result
    }
}

private func accept(
    _ channels: NIOAsyncChannelInboundStream<any Channel>,
    options: LoopbackServerOptions,
    handler: @escaping @Sendable (LoopbackRequest) async -> LoopbackResponse
) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        var active = 0
        for try await channel in channels {
            if active >= options.maxConnections {
                try await group.next()
                active -= 1
            }
            active += 1
            group.addTask {
                await LoopbackConnection(channel: channel, options: options, handler: handler).run()
            }
        }
        group.cancelAll()
    }
}
