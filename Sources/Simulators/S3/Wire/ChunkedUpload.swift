import NIOCore

/// Takes an `aws-chunked` body apart, whose chunks are not signed and that ends with a trailer.
///
///     10000;…\r\n<65,536 bytes>\r\n … 0\r\nx-amz-checksum-crc32c:sOO8/Q==\r\n\r\n
struct ChunkedUpload: Sendable {
    private enum State {
        case size
        case data(left: Int)
        case dataEnd
        case trailers
        case done
    }

    private var state = State.size
    private var pending = ByteBuffer()
    /// The fields after the last chunk, names in lower case.
    private(set) var trailers: [String: String] = [:]

    /// Whether the last chunk and its trailers have come.
    var isComplete: Bool {
        if case .done = state { true } else { false }
    }

    /// Takes the next bytes.
    ///
    /// - Returns: the content among them.
    mutating func receive(_ buffer: ByteBuffer) throws(S3Refusal) -> [ByteBuffer] {
        pending.writeImmutableBuffer(buffer)
        var content: [ByteBuffer] = []
        while true {
            switch state {
            case .size:
                guard let line = try takeLine() else { return content }
                guard let size = Int(line.prefix { $0 != ";" }, radix: 16), size >= 0 else { throw Self.malformed }
                state = size == 0 ? .trailers : .data(left: size)
            case .data(let left):
                guard let slice = pending.readSlice(length: min(left, pending.readableBytes)),
                    slice.readableBytes > 0
                else { return content }
                content.append(slice)
                state = slice.readableBytes == left ? .dataEnd : .data(left: left - slice.readableBytes)
                pending.discardReadBytes()
            case .dataEnd:
                guard let line = try takeLine() else { return content }
                guard line.isEmpty else { throw Self.malformed }
                state = .size
            case .trailers:
                guard let line = try takeLine() else { return content }
                if line.isEmpty {
                    state = .done
                } else {
                    let field = line.split(separator: ":", maxSplits: 1)
                    guard field.count == 2 else { throw Self.malformed }
                    trailers[field[0].lowercased()] = String(field[1].drop { $0 == " " })
                }
            case .done:
                guard pending.readableBytes == 0 else { throw Self.malformed }
                return content
            }
        }
    }

    private mutating func takeLine() throws(S3Refusal) -> String? {
        let view = pending.readableBytesView
        guard let end = view.firstIndex(of: UInt8(ascii: "\n")) else {
            if view.count > 1024 { throw Self.malformed }
            return nil
        }
        var line = view[..<end]
        if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
        let text = String(decoding: line, as: UTF8.self)
        pending.moveReaderIndex(forwardBy: end - view.startIndex + 1)
        return text
    }

    private static let malformed = S3Refusal(
        400,
        "MalformedTrailerError",
        "The request contained trailing data that was not well-formed or did not conform to our published schema."
    )
}
