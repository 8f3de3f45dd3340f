import LoopbackGuard
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Simulators

@Suite("A server with as many connections as it may have", .timeLimit(.minutes(5)))
struct ConnectionLimitTests {
    /// Notes whether anything comes.
    private final class Answers: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer

        let isAnswered = Mutex(false)

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            isAnswered.withLock { $0 = true }
        }
    }

    private func connect(_ port: Int, _ answers: Answers = Answers()) async throws -> any Channel {
        try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelInitializer { $0.pipeline.addHandler(answers) }
            .connect(host: "127.0.0.1", port: port).get()
    }

    @Test("closes the next, goes on, and takes new ones when others are gone")
    func limit() async throws {
        let (taken, takes) = AsyncStream.makeStream(of: Void.self)
        try await HTTPListener.serve(port: 0, .http(), limit: ConnectionLimit(2)) { connection in
            takes.yield()
            try await connection.executeThenClose { inbound, _ in for try await _ in inbound {} }
        } body: { port in
            var first: [any Channel] = []
            // Connections that wait together are taken in any order.
            var turns = taken.makeAsyncIterator()
            for _ in 0..<2 {
                first.append(try await connect(port))
                await turns.next()
            }
            try await connect(port).closeFuture.get()
            try await connect(port).closeFuture.get()
            for channel in first { try await channel.close().get() }
            let answers = Answers()
            while !answers.isAnswered.withLock({ $0 }) {
                try Task.checkCancellation()
                // The server sees a little later that there is room.
                let channel = try await connect(port, answers)
                try? await channel.writeAndFlush(ByteBuffer(string: "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"))
                    .get()
                try await channel.closeFuture.get()
            }
        }
    }
}
