import CUTF8Proc

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Unicode normalisation form KC, for passwords.
package enum Normalization {
    /// The UTF-8 bytes of a text in NFKC.
    ///
    /// - Throws: ``CipherError/Code/malformed`` when the library refuses the text.
    package static func nfkc(_ text: String) throws(CipherError) -> [UInt8] {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty else { return [] }
        var normalized: UnsafeMutablePointer<utf8proc_uint8_t>?
        let options = utf8proc_option_t(
            rawValue: UTF8PROC_STABLE.rawValue | UTF8PROC_COMPOSE.rawValue | UTF8PROC_COMPAT.rawValue
        )
        let count = utf8proc_map(bytes, bytes.count, &normalized, options)
        defer { free(normalized) }
        guard count >= 0, let normalized else { throw CipherError(.malformed) }
        return Array(UnsafeBufferPointer(start: normalized, count: count))
    }
}
