#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Standard error, unbuffered.
package enum StandardError {
    /// Writes bytes; what cannot be written is dropped, since there is nowhere left to say so.
    package static func write(_ bytes: [UInt8]) {
        writeAll(bytes, to: STDERR_FILENO)
    }
}

/// Standard output, unbuffered: where a function's metrics go.
package enum StandardOutput {
    /// Writes bytes; what cannot be written is dropped.
    package static func write(_ bytes: [UInt8]) {
        writeAll(bytes, to: STDOUT_FILENO)
    }
}

private func writeAll(_ bytes: [UInt8], to descriptor: CInt) {
    bytes.withUnsafeBytes { buffer in
        var rest = buffer[...]
        while !rest.isEmpty {
            let written = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if written > 0 {
                rest = rest.dropFirst(written)
            } else if errno == EAGAIN {
                // Somebody else has made the stream non-blocking.
                var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                guard poll(&poller, 1, -1) >= 0 || errno == EINTR else { return }
            } else if errno != EINTR {
                return
            }
        }
    }
}
