import NIOCore

/// Where the bytes of objects are kept.
package enum S3Retention: Sendable {
    /// In memory.
    case memory
    /// In files of a folder that exists; each goes with its object.
    case folder(String)
    /// In memory up to so many bytes of one body; of a larger one length and checksums alone are kept, so that an object may
    /// have any size. It cannot be read then.
    case discarded(above: Int)
}

/// The bytes of an object: the runs that were uploaded, one after the other.
struct S3Content: Sendable {
    enum Run: Sendable {
        case memory(ByteBuffer)
        case file(S3File)
        case discarded(length: Int64)

        var length: Int64 {
            switch self {
            case .memory(let buffer): Int64(buffer.readableBytes)
            case .file(let file): file.length
            case .discarded(let length): length
            }
        }
    }

    private static let largestChunk: Int64 = 256 << 10

    private(set) var runs: [Run]

    var length: Int64 { runs.reduce(0) { $0 + $1.length } }

    /// Whether the bytes are still there.
    var isReadable: Bool {
        runs.allSatisfy { run in
            if case .discarded(let length) = run { length == 0 } else { true }
        }
    }

    init(_ run: Run) {
        runs = [run]
    }

    init(joining contents: [S3Content]) {
        runs = contents.flatMap(\.runs)
    }

    /// Reads a range in chunks.
    func read(_ range: Range<Int64>, _ body: (ByteBuffer) async throws -> Void) async throws {
        var runStart: Int64 = 0
        for run in runs {
            let runEnd = runStart + run.length
            var position = max(range.lowerBound, runStart)
            while position < min(range.upperBound, runEnd) {
                let end = min(range.upperBound, runEnd, position + Self.largestChunk)
                try await body(try await chunk(of: run, from: position - runStart, count: Int(end - position)))
                position = end
            }
            runStart = runEnd
        }
    }

    private func chunk(of run: Run, from offset: Int64, count: Int) async throws -> ByteBuffer {
        switch run {
        case .memory(let buffer):
            return buffer.getSlice(at: buffer.readerIndex + Int(offset), length: count) ?? ByteBuffer()
        case .file(let file):
            return try await file.read(from: offset, count: count)
        case .discarded:
            throw SimulatorError(.contentDiscarded, "the content was not kept")
        }
    }
}

/// Takes a body in and makes content of it.
struct S3ContentWriter: Sendable {
    private enum Sink: Sendable {
        case memory(ByteBuffer, limit: Int)
        case file(S3File.Writer)
        case discarded(Int64)
    }

    private var sink: Sink

    init(_ retention: S3Retention) async throws {
        switch retention {
        case .memory: sink = .memory(ByteBuffer(), limit: .max)
        case .folder(let folder): sink = .file(try await S3File.Writer(folder: folder))
        case .discarded(let limit): sink = .memory(ByteBuffer(), limit: limit)
        }
    }

    mutating func write(_ chunk: ByteBuffer) async throws {
        switch sink {
        case .memory(var buffer, let limit):
            // Let go of the stored one first, or appending would copy all of it.
            sink = .discarded(Int64(buffer.readableBytes + chunk.readableBytes))
            guard chunk.readableBytes <= limit - buffer.readableBytes else { return }
            buffer.writeImmutableBuffer(chunk)
            sink = .memory(buffer, limit: limit)
        case .file(let writer):
            try await writer.write(chunk)
        case .discarded(let length):
            sink = .discarded(length + Int64(chunk.readableBytes))
        }
    }

    func finish() -> S3Content {
        switch sink {
        case .memory(let buffer, _): S3Content(.memory(buffer))
        case .file(let writer): S3Content(.file(writer.file))
        case .discarded(let length): S3Content(.discarded(length: length))
        }
    }
}
