import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file that goes when nothing refers to it any more. Input and output happen on a thread pool.
final class S3File: Sendable {
    private let descriptor: CInt
    private let size = Mutex<Int64>(0)

    var length: Int64 { size.withLock { $0 } }

    private init(folder: String) throws {
        var path = Array("\(folder)/object-XXXXXX".utf8CString)
        descriptor = mkstemp(&path)
        guard descriptor >= 0 else { throw Self.failure }
        // Without a name the file goes with its descriptor, also when this process is killed.
        unlink(path)
    }

    deinit { close(descriptor) }

    func read(from offset: Int64, count: Int) async throws -> ByteBuffer {
        try await NIOThreadPool.singleton.runIfActive { [self] in
            var buffer = ByteBuffer()
            var position = offset
            while buffer.readableBytes < count {
                let left = count - buffer.readableBytes
                let got = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: left) { bytes in
                    max(pread(descriptor, bytes.baseAddress, left, Int(position)), 0)
                }
                guard got > 0 else { throw Self.failure }
                position += Int64(got)
            }
            return buffer
        }
    }

    private func append(_ chunk: ByteBuffer) async throws {
        try await NIOThreadPool.singleton.runIfActive { [self] in
            try chunk.withUnsafeReadableBytes { bytes in
                var rest = bytes[...]
                while !rest.isEmpty {
                    let written = Glibc.write(
                        descriptor,
                        UnsafeRawBufferPointer(rebasing: rest).baseAddress,
                        rest.count
                    )
                    guard written > 0 else { throw Self.failure }
                    rest = rest.dropFirst(written)
                }
            }
            size.withLock { $0 += Int64(chunk.readableBytes) }
        }
    }

    private static var failure: SimulatorError {
        SimulatorError(.contentUnavailable, "a file of the content folder cannot be read or written")
    }

    /// Writes a new file from its beginning.
    struct Writer: Sendable {
        let file: S3File

        init(folder: String) async throws {
            file = try await NIOThreadPool.singleton.runIfActive { try S3File(folder: folder) }
        }

        func write(_ chunk: ByteBuffer) async throws {
            try await file.append(chunk)
        }
    }
}
