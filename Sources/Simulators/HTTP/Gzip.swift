/// Bytes in the form of gzip (RFC 1952), in blocks that are stored as they are: what decompresses cannot tell the difference.
enum Gzip {
    private static let largestBlock = 65_535

    /// One member that holds the bytes.
    static func stored(_ bytes: [UInt8]) -> [UInt8] {
        // Magic, deflate, no flags, no time, no hints, an unknown system.
        var gzip: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]
        var start = 0
        repeat {
            let end = min(start + largestBlock, bytes.count)
            let count = UInt16(end - start)
            gzip.append(end == bytes.count ? 1 : 0)
            gzip += littleEndian(count) + littleEndian(~count)
            gzip += bytes[start..<end]
            start = end
        } while start < bytes.count
        return gzip + littleEndian(checksum(bytes)) + littleEndian(UInt32(truncatingIfNeeded: bytes.count))
    }

    private static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    /// The CRC-32 of ISO 3309.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var value: UInt32 = .max
        for byte in bytes {
            value ^= UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 0 ? value >> 1 : value >> 1 ^ 0xEDB8_8320 }
        }
        return ~value
    }
}
