import HTTPTransport
import NIOCore
import NIOPosix
import Testing

@testable import ObsidianSync

@Suite("Opening a socket", .tags(.integration), .timeLimit(.minutes(10)))
struct WebSocketClientTests {
    @Test("a host that takes the connection and says nothing is left when nobody waits any more")
    func cancelled() async throws {
        let (connections, connected) = AsyncStream<Void>.makeStream()
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                connected.yield()
                return channel.eventLoop.makeSucceededVoidFuture()
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let endpoint = try HostPolicy(allowsLoopback: true).endpoint(for: "127.0.0.1:\(server.localAddress?.port ?? 0)")
        let client = WebSocketClient(connector: ChannelConnector())
        let opening = Task { try await client.open(endpoint, by: .now() + .hours(1)) }
        for await _ in connections { break }
        opening.cancel()
        await #expect(throws: CancellationError.self) { try await opening.value }
        await #expect(throws: CancellationError.self) {
            try await Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await client.open(endpoint, by: .now() + .hours(1))
            }.value
        }
        try await server.close()
    }
}
