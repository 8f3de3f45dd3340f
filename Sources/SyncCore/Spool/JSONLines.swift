import FoundationEssentials

/// A line of a JSON Lines object, and where the next one begins.
package struct Line<Value: Sendable>: Sendable {
    /// The decoded line.
    package var value: Value
    /// The offset in bytes of the following line.
    package var end: Int64
}

/// Reads JSON Lines from a stream of bytes, one value at a time.
package struct JSONLinesReader<Value: Decodable & Sendable> {
    /// The longest line that is accepted; a longer one is no line of ours.
    private static var longestLine: Int { 1 << 20 }

    private var chunks: any AsyncIteratorProtocol<[UInt8], any Error>
    private var chunk: [UInt8] = []
    private var position = 0
    private var offset: Int64
    private let decoder = JSONDecoder()

    /// Starts reading.
    ///
    /// - Parameters:
    ///   - stream: the bytes.
    ///   - offset: where in the object the stream begins, so that ends of lines are offsets in the object.
    package init(_ stream: ByteStream, at offset: Int64 = 0) {
        chunks = stream.makeAsyncIterator()
        self.offset = offset
    }

    /// The next line, or nil at the end.
    ///
    /// - Throws: `StoreUnavailable` when the object is not what was written.
    package mutating func next() async throws -> Line<Value>? {
        guard let line = try await nextLine() else { return nil }
        do {
            return Line(value: try decoder.decode(Value.self, from: Data(line)), end: offset)
        } catch {
            throw SyncError(.storeUnavailable, "an object under the state prefix is not what was written there")
        }
    }

    private mutating func nextLine() async throws -> [UInt8]? {
        var line: [UInt8] = []
        while true {
            if position == chunk.count {
                guard let following = try await chunks.next(isolation: nil) else {
                    guard line.isEmpty else { throw cut }
                    return nil
                }
                chunk = following
                position = 0
                continue
            }
            let rest = chunk[position...]
            let end = rest.firstIndex(of: UInt8(ascii: "\n"))
            line += rest[..<(end ?? chunk.endIndex)]
            guard line.count <= Self.longestLine else { throw cut }
            guard let end else {
                offset += Int64(chunk.count - position)
                position = chunk.count
                continue
            }
            offset += Int64(end + 1 - position)
            position = end + 1
            return line
        }
    }

    private var cut: SyncError {
        SyncError(.storeUnavailable, "an object under the state prefix is cut short")
    }
}

/// Writes JSON Lines.
package struct JSONLinesEncoder {
    private let encoder: JSONEncoder

    /// Makes an encoder with sorted keys.
    package init() {
        encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    }

    /// One value as a line with its line feed. JSON text contains no raw line feed.
    package func line(_ value: some Encodable) throws -> [UInt8] {
        Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
    }
}
