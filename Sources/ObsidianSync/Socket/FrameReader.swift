import NIOCore
import SyncCore

/// Reads WebSocket frames out of bytes as they come in (RFC 6455, as a client receives). It does no I/O.
///
/// The payload of a binary frame is passed on in the chunks that it comes in, so that a frame of 200 MB takes no more
/// memory than one of 2 KB. Texts are collected, up to ``longestText``. Control frames may come between the fragments
/// of a message.
struct FrameReader {
    /// What the frames yield.
    enum Event: Equatable {
        /// A whole text message.
        case text([UInt8])
        /// Bytes of a binary message; empty only where the message ends with nothing.
        case bytes(ByteBuffer, endsMessage: Bool)
        /// A ping, which wants its payload back.
        case ping(ByteBuffer)
        /// The other end closes.
        case close
    }

    /// The longest text message in bytes.
    static let longestText = 1 << 20
    private static let longestControlFrame = 125

    private enum Kind {
        case text, binary, ping, pong, close

        var isControl: Bool { self == .ping || self == .pong || self == .close }
    }

    private struct Frame {
        var kind: Kind
        var isFinal: Bool
        /// Bytes of the payload that have not come yet.
        var left: Int
    }

    private var pending = ByteBuffer()
    private var frame: Frame?
    /// The kind of the message that is open: `text` or `binary`.
    private var message: Kind?
    private var text: [UInt8] = []
    private var control = ByteBuffer()

    /// Takes bytes; ``next()`` is to be called afterwards until it gives nothing.
    mutating func append(_ bytes: ByteBuffer) {
        if pending.readableBytes == 0 {
            pending = bytes
        } else {
            pending.writeImmutableBuffer(bytes)
        }
    }

    /// The next event; nil when more bytes are needed.
    ///
    /// - Throws: `ProtocolChanged` for frames that a server must not send; nothing can be read after that.
    mutating func next() throws(SyncError) -> Event? {
        while true {
            if frame == nil { frame = try readHeader() }
            guard var current = frame, current.left == 0 || pending.readableBytes > 0,
                let chunk = pending.readSlice(length: min(current.left, pending.readableBytes))
            else {
                // What is left of a header is short; the buffer that it came in need not be kept for it.
                pending = ByteBuffer(bytes: pending.readableBytesView)
                return nil
            }
            current.left -= chunk.readableBytes
            frame = current.left == 0 ? nil : current
            if let event = event(of: current, chunk) { return event }
        }
    }

    private mutating func event(of frame: Frame, _ chunk: ByteBuffer) -> Event? {
        let endsMessage = frame.left == 0 && frame.isFinal
        if endsMessage, !frame.kind.isControl { message = nil }
        switch frame.kind {
        case .binary:
            return endsMessage || chunk.readableBytes > 0 ? .bytes(chunk, endsMessage: endsMessage) : nil
        case .text:
            text += chunk.readableBytesView
            guard endsMessage else { return nil }
            defer { text = [] }
            return .text(text)
        case .ping:
            control.writeImmutableBuffer(chunk)
            guard endsMessage else { return nil }
            defer { control = ByteBuffer() }
            return .ping(control)
        case .close:
            return endsMessage ? .close : nil
        case .pong:
            return nil
        }
    }

    /// Reads a header when it is whole.
    private mutating func readHeader() throws(SyncError) -> Frame? {
        var header = pending
        guard let first: UInt8 = header.readInteger(), let second: UInt8 = header.readInteger() else { return nil }
        let length: UInt64
        switch second & 0x7F {
        case 126:
            guard let value: UInt16 = header.readInteger() else { return nil }
            length = UInt64(value)
        case 127:
            guard let value: UInt64 = header.readInteger() else { return nil }
            length = value
        case let value:
            length = UInt64(value)
        }
        guard first & 0x70 == 0, second & 0x80 == 0, let size = Int(exactly: length) else { throw Self.broken }
        let isFinal = first & 0x80 != 0
        let kind = try kind(of: first & 0x0F)
        if kind.isControl {
            guard isFinal, size <= Self.longestControlFrame else { throw Self.broken }
        } else {
            message = kind
        }
        guard kind != .text || size <= Self.longestText - text.count else {
            throw SyncError(.protocolChanged, "Obsidian sent a message of more than \(Self.longestText) bytes")
        }
        pending = header
        return Frame(kind: kind, isFinal: isFinal, left: size)
    }

    /// What a frame is part of: a continuation belongs to the message that is open, and nothing else may come then.
    private func kind(of opcode: UInt8) throws(SyncError) -> Kind {
        switch (opcode, message) {
        case (0x0, let open?): return open
        case (0x1, nil): return .text
        case (0x2, nil): return .binary
        case (0x8, _): return .close
        case (0x9, _): return .ping
        case (0xA, _): return .pong
        default: throw Self.broken
        }
    }

    private static var broken: SyncError {
        SyncError(.protocolChanged, "the sync host breaks the rules of WebSocket")
    }
}
