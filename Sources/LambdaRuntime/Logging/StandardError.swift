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
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let written = unsafeWrite(UnsafeRawBufferPointer(rebasing: rest))
                if written > 0 {
                    rest = rest.dropFirst(written)
                } else if errno != EINTR {
                    return
                }
            }
        }
    }

    private static func unsafeWrite(_ buffer: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.write(STDERR_FILENO, buffer.baseAddress, buffer.count)
        #elseif canImport(Musl)
            Musl.write(STDERR_FILENO, buffer.baseAddress, buffer.count)
        #else
            Darwin.write(STDERR_FILENO, buffer.baseAddress, buffer.count)
        #endif
    }
}
