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
    /// Reads a line without the generic decoder, where it can.
    private let scan: (([UInt8], Int, Value?) -> (value: Value, end: Int)?)?
    private var last: Value?

    /// Starts reading.
    ///
    /// - Parameters:
    ///   - stream: the bytes.
    ///   - offset: where in the object the stream begins, so that ends of lines are offsets in the object.
    package init(_ stream: ByteStream, at offset: Int64 = 0) {
        self.init(stream, at: offset, scan: nil)
    }

    private init(_ stream: ByteStream, at offset: Int64, scan: (([UInt8], Int, Value?) -> (value: Value, end: Int)?)?) {
        chunks = stream.makeAsyncIterator()
        self.offset = offset
        self.scan = scan
    }

    /// The next line, or nil at the end.
    ///
    /// - Throws: `StoreUnavailable` when the object is not what was written.
    package mutating func next() async throws -> Line<Value>? {
        if let line = scanned() { return line }
        guard let line = try await nextLine() else { return nil }
        if let scan {
            // A line that lies in two chunks.
            if let (value, end) = scan(line + [UInt8(ascii: "\n")], 0, last), end == line.count + 1 {
                last = value
                return Line(value: value, end: offset)
            }
        }
        do {
            return Line(value: try decoder.decode(Value.self, from: Data(line)), end: offset)
        } catch let error as SyncError {
            throw error
        } catch {
            throw SyncError(.storeUnavailable, "an object under the state prefix is not what was written there")
        }
    }

    /// The next line, where it lies in the chunk at hand and is of the plain form.
    private mutating func scanned() -> Line<Value>? {
        guard let scan, position < chunk.count else { return nil }
        guard let (value, end) = scan(chunk, position, last) else { return nil }
        offset += Int64(end - position)
        position = end
        last = value
        return Line(value: value, end: offset)
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

// What follows is spelled out for both types, because generic code that is called from another module is many times slower.
extension JSONLinesReader where Value == Entry {
    /// The same, for values whose lines need no generic decoder.
    package init(_ stream: ByteStream, at offset: Int64 = 0) {
        self.init(stream, at: offset, scan: { Entry.scan($0, at: $1, like: $2) })
    }

    /// Up to `count` lines of files of about so many bytes together; none only at the end.
    ///
    /// - Throws: what the stream throws, or `CorruptContent` for a line that is none.
    package mutating func next(upTo count: Int, bytes: Int64 = .max) async throws -> [Line<Entry>] {
        var lines: [Line<Entry>] = []
        lines.reserveCapacity(count)
        var left = bytes
        while lines.count < count, left > 0 {
            takeReady(&lines, upTo: count, &left)
            if lines.count == count || left <= 0 { break }
            guard let line = try await next() else { break }
            lines.append(line)
            left -= line.value.size ?? 0
        }
        return lines
    }

    /// Takes the lines that lie in the chunk at hand.
    private mutating func takeReady(_ lines: inout [Line<Entry>], upTo count: Int, _ left: inout Int64) {
        let base = offset - Int64(position)
        position = chunk.withUnsafeBufferPointer { bytes in
            var start = position
            while lines.count < count, left > 0, start < bytes.count {
                var scanner = LineScanner(bytes, at: start)
                guard let entry = Entry(&scanner, like: nil) else { break }
                start = scanner.position
                left -= entry.size ?? 0
                lines.append(Line(value: entry, end: base + Int64(start)))
            }
            return start
        }
        offset = base + Int64(position)
    }
}

extension JSONLinesReader where Value == FileRecord {
    /// The same, for values whose lines need no generic decoder.
    package init(_ stream: ByteStream, at offset: Int64 = 0) {
        self.init(stream, at: offset, scan: { FileRecord.scan($0, at: $1, like: $2) })
    }

    /// Up to `count` records; none only at the end.
    ///
    /// - Throws: what the stream throws, or `CorruptContent` for a line that is none.
    package mutating func next(upTo count: Int) async throws -> [FileRecord] {
        var records: [FileRecord] = []
        records.reserveCapacity(count)
        while records.count < count {
            takeReady(&records, upTo: count)
            guard records.count < count, let line = try await next() else { break }
            records.append(line.value)
        }
        return records
    }

    /// Takes the records that lie in the chunk at hand.
    private mutating func takeReady(_ records: inout [FileRecord], upTo count: Int) {
        let base = offset - Int64(position)
        // Whatever is alike is alike in all of them, and one that stays is not copied.
        let sample = records.last ?? last
        position = chunk.withUnsafeBufferPointer { bytes in
            var start = position
            while records.count < count, start < bytes.count {
                var scanner = LineScanner(bytes, at: start)
                guard let record = FileRecord(&scanner, like: sample) else { break }
                start = scanner.position
                records.append(record)
            }
            return start
        }
        offset = base + Int64(position)
        last = records.last ?? last
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

    /// Appends an entry as a line, many times quicker than other values are written, and to the same bytes.
    ///
    /// - Throws: what the encoder throws.
    package func append(_ entry: Entry, to lines: inout [UInt8]) throws {
        let start = lines.count
        if entry.appendPlainLine(to: &lines) { return }
        lines.removeSubrange(start...)
        lines += try line(entry)
    }

    /// One value as a line with its line feed. JSON text contains no raw line feed.
    ///
    /// - Throws: what the encoder throws.
    package func line(_ value: some Encodable) throws -> [UInt8] {
        Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
    }
}
