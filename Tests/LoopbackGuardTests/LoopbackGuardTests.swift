import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import LoopbackGuard

@Suite("The guard of a loopback connection")
struct LoopbackGuardTests {
    private static func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(LoopbackGuard(headTime: .seconds(5)))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    private static func head(_ headers: HTTPHeaders = [:]) -> HTTPServerRequestPart {
        .head(HTTPRequestHead(version: .http1_1, method: .GET, uri: "/", headers: headers))
    }

    private static func isHead(_ part: HTTPServerRequestPart?) -> Bool {
        if case .head? = part { true } else { false }
    }

    @Test("a refused request reaches nobody, is answered 403, and ends the connection")
    func refused() throws {
        let channel = try Self.channel()
        try channel.writeInbound(Self.head(["Host": "evil.example"]))
        try channel.writeInbound(HTTPServerRequestPart.end(nil))
        #expect(try channel.readInbound(as: HTTPServerRequestPart.self) == nil)
        guard case .head(let answer)? = try channel.readOutbound(as: HTTPServerResponsePart.self) else {
            Issue.record("there is no answer")
            return
        }
        #expect(answer.status == .forbidden)
        #expect(!channel.isActive)
    }

    @Test("a connection that does not say what it wants is closed in time")
    func silent() throws {
        let channel = try Self.channel()
        channel.embeddedEventLoop.advanceTime(by: .seconds(4))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test("an answer may take its time; after it the next head is waited for no longer than the first")
    func answered() throws {
        let channel = try Self.channel()
        try channel.writeInbound(Self.head(["Host": "localhost"]))
        #expect(Self.isHead(try channel.readInbound(as: HTTPServerRequestPart.self)))
        channel.embeddedEventLoop.advanceTime(by: .hours(1))
        #expect(channel.isActive)
        try channel.writeOutbound(HTTPServerResponsePart.end(nil))
        channel.embeddedEventLoop.advanceTime(by: .seconds(5))
        #expect(!channel.isActive)
    }

    @Test("there are never more connections than the limit, and a closed one makes room")
    func limit() throws {
        let limit = ConnectionLimit(1)
        let first = try Self.channel()
        try limit.admit(first)
        #expect(throws: ConnectionLimit.Reached.self) { try limit.admit(try Self.channel()) }
        try first.close().wait()
        first.embeddedEventLoop.run()
        try limit.admit(try Self.channel())
    }
}
