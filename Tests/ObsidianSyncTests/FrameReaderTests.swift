import NIOCore
import SyncCore
import Testing

@testable import ObsidianSync

@Suite("The frames of a socket")
struct FrameReaderTests {
    /// A frame as a server sends it, with the shortest length that fits unless another one is asked for.
    private static func frame(_ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true, wide: Bool = false) -> [UInt8]
    {
        var bytes: [UInt8] = [(isFinal ? 0x80 : 0) | opcode]
        let size = UInt64(payload.count)
        if wide || size > 0xFFFF {
            bytes.append(127)
            bytes += (0..<8).reversed().map { UInt8(truncatingIfNeeded: size >> (8 * UInt64($0))) }
        } else if size > 125 {
            bytes += [126, UInt8(size >> 8), UInt8(size & 0xFF)]
        } else {
            bytes.append(UInt8(size))
        }
        return bytes + payload
    }

    private static func text(_ text: String, isFinal: Bool = true) -> [UInt8] {
        frame(1, Array(text.utf8), isFinal: isFinal)
    }

    /// What frames yield; the chunks of a binary message are put together up to its end.
    private enum Yield: Equatable {
        case text(String)
        case binary([UInt8])
        case ping([UInt8])
        case close
    }

    /// Feeds bytes in chunks of a size.
    private static func read(_ bytes: [UInt8], inChunksOf size: Int) throws -> [Yield] {
        var reader = FrameReader()
        var yields: [Yield] = []
        var open: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            reader.append(ByteBuffer(bytes: bytes[start..<min(start + size, bytes.count)]))
            while let event = try reader.next() {
                switch event {
                case .text(let text): yields.append(.text(String(decoding: text, as: UTF8.self)))
                case .ping(let payload): yields.append(.ping(Array(payload.readableBytesView)))
                case .close: yields.append(.close)
                case .bytes(let chunk, let endsMessage):
                    #expect(chunk.readableBytes > 0 || endsMessage, "nothing is passed on that says nothing")
                    open += Array(chunk.readableBytesView)
                    if endsMessage {
                        yields.append(.binary(open))
                        open = []
                    }
                }
            }
        }
        #expect(open.isEmpty)
        return yields
    }

    private static let body = (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }

    @Test("frames are read however the bytes are cut", arguments: [1, 2, 3, 7, 64, 1000, 65_536, 1 << 20])
    func cuts(size: Int) throws {
        let bytes =
            Self.text("one") + Self.frame(2, Array(Self.body.prefix(300))) + Self.frame(9, [1, 2])
            + Self.text("tw", isFinal: false) + Self.frame(10, [9]) + Self.frame(9, []) + Self.frame(0, Array("o".utf8))
            + Self.frame(2, Array(Self.body.prefix(5)), isFinal: false) + Self.frame(0, [], isFinal: false)
            + Self.frame(9, [7]) + Self.frame(0, [8, 9]) + Self.frame(2, []) + Self.frame(2, Self.body)
            + Self.frame(2, [1], isFinal: true, wide: true) + Self.frame(8, [3, 232])
        let yields = try Self.read(bytes, inChunksOf: size)
        let expected: [Yield] = [
            .text("one"), .binary(Array(Self.body.prefix(300))), .ping([1, 2]), .ping([]), .text("two"), .ping([7]),
            .binary(Array(Self.body.prefix(5)) + [8, 9]), .binary([]), .binary(Self.body), .binary([1]), .close,
        ]
        #expect(yields.count == expected.count)
        #expect(yields == expected)
    }

    @Test(
        "what a server must not send is refused",
        arguments: [
            ("a masked frame", [0x82, 0x81, 1, 2, 3, 4, 5]),
            ("a reserved bit", [0xC2, 0x01, 5]),
            ("an opcode that nobody knows", [0x83, 0x00]),
            ("a control opcode that nobody knows", [0x8B, 0x00]),
            ("a continuation of nothing", [0x80, 0x01, 5]),
            ("a message within a message", [0x02, 0x01, 5, 0x82, 0x01, 5]),
            ("a text within a binary message", [0x02, 0x01, 5, 0x81, 0x01, 5]),
            ("a continuation after the end", [0x82, 0x01, 5, 0x80, 0x01, 5]),
            ("a ping in fragments", [0x09, 0x01, 5]),
            ("a close in fragments", [0x08, 0x00]),
            ("a long ping", [0x89, 0x7E, 0x00, 0x7E]),
            ("a length of more than 63 bits", [0x82, 0x7F, 0x80, 0, 0, 0, 0, 0, 0, 0]),
            ("a text that is too long", [0x81, 0x7F, 0, 0, 0, 0, 0, 0x10, 0, 0x01]),
        ] as [(String, [UInt8])]
    )
    func refused(what: String, bytes: [UInt8]) {
        for size in [1, bytes.count] {
            let error = #expect(throws: SyncError.self, "\(what)") { try Self.read(bytes, inChunksOf: size) }
            #expect(error?.name == .protocolChanged)
        }
    }

    @Test("the fragments of a text are bounded together")
    func longText() throws {
        let half = [UInt8](repeating: 32, count: FrameReader.longestText / 2)
        var reader = FrameReader()
        reader.append(ByteBuffer(bytes: Self.frame(1, half, isFinal: false) + Self.frame(0, half, isFinal: false)))
        #expect(try reader.next() == nil)
        reader.append(ByteBuffer(bytes: Self.frame(0, [32])))
        #expect(throws: SyncError.self) { try reader.next() }
    }

    @Test("any bytes are read or refused, and never kept", arguments: 0..<200)
    func random(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var reader = FrameReader()
        var given = 0
        do {
            for _ in 0..<50 {
                let chunk = (0..<Int.random(in: 0..<40, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
                given += chunk.count
                reader.append(ByteBuffer(bytes: chunk))
                while let event = try reader.next() {
                    if case .bytes(let bytes, _) = event { #expect(bytes.readableBytes <= 40) }
                }
            }
        } catch {
            #expect(error.name == .protocolChanged)
        }
        #expect(given > 0)
    }
}
