import CChecksums
import Checksums
import Testing

@Suite("CRC-32C")
struct CRC32CTests {
    /// RFC 3720, appendix B.4, and the usual check value.
    private static let vectors: [(bytes: [UInt8], value: UInt32)] = [
        ([], 0), (Array("123456789".utf8), 0xE306_9283), (Array(repeating: 0, count: 32), 0x8A91_36AA),
        (Array(repeating: 0xFF, count: 32), 0x62A8_AB43), (Array(0..<32), 0x46DD_794E),
        (Array((0..<32).reversed()), 0x113F_DB5C),
    ]

    @Test("agrees with the published values", arguments: vectors.indices)
    func published(vector: Int) {
        let (bytes, value) = Self.vectors[vector]
        #expect(CRC32C(of: bytes).value == value)
        #expect(obsync_crc32c_portable(0, bytes, bytes.count) == value)
    }

    @Test("is the same in any number of steps, with the processor's instruction and without")
    func steps() {
        let bytes = (0..<5000).map { UInt8(truncatingIfNeeded: $0 * 31 ^ $0 >> 5) }
        for length in [0, 1, 7, 8, 9, 63, 64, 65, 1000, 5000] {
            let some = Array(bytes[..<length])
            let whole = CRC32C(of: some)
            #expect(whole.value == obsync_crc32c_portable(0, some, some.count))
            for step in [1, 3, 8, 100] {
                var checksum = CRC32C()
                for start in stride(from: 0, to: length, by: step) {
                    checksum.update(Array(some[start..<min(start + step, length)]))
                }
                #expect(checksum == whole)
            }
        }
    }

    @Test("is spelled with the highest byte first")
    func spelling() {
        #expect(CRC32C(of: Array("123456789".utf8)).bytes == [0xE3, 0x06, 0x92, 0x83])
    }
}
