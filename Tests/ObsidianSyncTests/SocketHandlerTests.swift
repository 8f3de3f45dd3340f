import NIOCore
import NIOEmbedded
import NIOWebSocket
import SyncCore
import Testing

@testable import ObsidianSync

/// A socket whose other end and whose clock are in the hands of the test.
@Suite("A socket between its reader and the wire", .timeLimit(.minutes(1)))
struct SocketHandlerTests {
    /// Counts how often more is asked of the wire.
    private final class ReadCounter: ChannelOutboundHandler {
        typealias OutboundIn = Any
        var reads = 0

        func read(context: ChannelHandlerContext) {
            reads += 1
            context.read()
        }
    }

    private let loop = EmbeddedEventLoop()
    private let channel: EmbeddedChannel
    private let handler: SocketHandler
    private let counter = ReadCounter()

    init() throws {
        channel = EmbeddedChannel(loop: loop)
        handler = SocketHandler(on: loop)
        try channel.pipeline.syncOperations.addHandlers([counter, handler])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    private func receive(_ bytes: [UInt8]) throws {
        try channel.writeInbound(ByteBuffer(bytes: bytes))
    }

    private func take(within time: TimeAmount = .seconds(60)) -> EventLoopFuture<[FrameReader.Event]> {
        handler.take(by: loop.now + time)
    }

    /// The texts that were sent since the last look; other frames by their opcode.
    private func sent() throws -> [String] {
        var texts: [String] = []
        while let frame = try channel.readOutbound(as: WebSocketFrame.self) {
            #expect(frame.maskKey != nil)
            let text = String(decoding: frame.data.readableBytesView, as: UTF8.self)
            texts.append(frame.opcode == .text ? text : "\(frame.opcode == .pong ? "pong" : "?"):\(text)")
        }
        return texts
    }

    private static let pong: [UInt8] = [0x81, 13] + Array(#"{"op":"pong"}"#.utf8)

    @Test("while the reader stores a file for minutes, pings go out and their answers keep the socket")
    func pingsWhileBusy() throws {
        var pings = 0
        for _ in 0..<30 {
            loop.advanceTime(by: .seconds(20))
            let texts = try sent()
            #expect(texts == [#"{"op":"ping"}"#])
            pings += texts.count
            try receive(Self.pong)
        }
        #expect(pings == 30)
        #expect(channel.isActive)
        #expect(try take().wait().count == 30)
    }

    @Test("a socket that was heard of a moment ago is not asked")
    func noNeedlessPings() throws {
        for _ in 0..<10 {
            loop.advanceTime(by: .seconds(15))
            try receive(Self.pong)
            loop.advanceTime(by: .seconds(5))
            #expect(try sent() == [])
        }
    }

    @Test("two minutes of silence are the end, and the reader is told")
    func silence() throws {
        loop.advanceTime(by: .seconds(120))
        #expect(channel.isActive)
        #expect(try sent().count == 6)
        loop.advanceTime(by: .seconds(20))
        #expect(!channel.isActive)
        let error = #expect(throws: SyncError.self) { try take().wait() }
        #expect(error?.name == .sourceUnavailable)
    }

    @Test("silence means nothing while the reader is slow and nothing is read")
    func slowReader() throws {
        try receive([0x82, 127, 0, 0, 0, 0, 0x10, 0, 0, 0] + [UInt8](repeating: 1, count: SocketHandler.mostHeld))
        channel.read()
        loop.advanceTime(by: .seconds(600))
        #expect(channel.isActive)
        #expect(try sent().count == 30)
        #expect(try take().wait().count == 1)
        loop.advanceTime(by: .seconds(100))
        #expect(channel.isActive)
        loop.advanceTime(by: .seconds(60))
        #expect(!channel.isActive)
    }

    @Test("of one frame of 200 MB no more is held than a reader has not taken yet")
    func backPressure() throws {
        let size = 200 << 20
        let chunk = ByteBuffer(repeating: 7, count: 64 << 10)
        try receive([0x82, 127] + (0..<8).reversed().map { UInt8(truncatingIfNeeded: size >> (8 * $0)) })
        var received = 0
        var most = 0
        var ends = 0
        while received < size {
            // The wire gives as long as it is asked.
            while received < size {
                let reads = counter.reads
                channel.read()
                guard counter.reads > reads else { break }
                try channel.writeInbound(chunk)
                received += chunk.readableBytes
            }
            var held = 0
            for event in try take().wait() {
                guard case .bytes(let bytes, let endsMessage) = event else { continue }
                held += bytes.readableBytes
                ends += endsMessage ? 1 : 0
            }
            most = max(most, held)
        }
        #expect(received == size)
        #expect(ends == 1)
        #expect(most <= SocketHandler.mostHeld + chunk.readableBytes)
    }

    @Test("reading stops when enough is held and goes on when it is taken")
    func postponedReads() throws {
        try receive([0x82, 127, 0, 0, 0, 0, 0x10, 0, 0, 0])
        let chunk = ByteBuffer(repeating: 7, count: SocketHandler.mostHeld)
        channel.read()
        #expect(counter.reads == 1)
        try channel.writeInbound(chunk)
        channel.read()
        channel.read()
        #expect(counter.reads == 1)
        _ = try take().wait()
        #expect(counter.reads == 2)
    }

    @Test("pings of the other end are answered with their payload, also while nobody reads")
    func answersPings() throws {
        try receive([0x89, 2] + Array("hi".utf8))
        #expect(try sent() == ["pong:hi"])
    }

    @Test("a reader that waits is told of what comes, of a break, of a close and of frames that must not be")
    func waiting() throws {
        let first = take()
        try receive(Self.pong)
        #expect(try first.wait().count == 1)
        let second = take()
        try receive([0x88, 0])
        let closed = #expect(throws: SyncError.self) { try second.wait() }
        #expect(closed?.name == .sourceUnavailable)
        #expect(!channel.isActive)

        let other = try Self()
        let third = other.take()
        try other.receive([0xFF, 0])
        let broken = #expect(throws: SyncError.self) { try third.wait() }
        #expect(broken?.name == .protocolChanged)

        let last = try Self()
        let fourth = last.take()
        last.channel.pipeline.fireErrorCaught(ChannelError.inputClosed)
        let error = #expect(throws: SyncError.self) { try fourth.wait() }
        #expect(error?.name == .sourceUnavailable)
    }

    @Test("a reader that waits too long gives the socket up")
    func deadline() throws {
        let waiting = take(within: .seconds(60))
        loop.advanceTime(by: .seconds(59))
        #expect(channel.isActive)
        loop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
        #expect(throws: SyncError.self) { try waiting.wait() }
    }
}
