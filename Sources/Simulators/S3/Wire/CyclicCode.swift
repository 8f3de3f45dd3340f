/// A cyclic redundancy code of 32 or 64 bits, bits in reflected order, as the store checks uploads with.
///
/// Plain tables after the definition (init and final inversion, all ones), independent of the instructions that the functions
/// use. Parameters: CRC-32/ISO-HDLC, CRC-32/ISCSI, CRC-64/NVME.
struct CyclicCode: Sendable {
    static let crc32 = CyclicCode(polynomial: 0xEDB8_8320, bits: 32)
    static let crc32c = CyclicCode(polynomial: 0x82F6_3B78, bits: 32)
    static let crc64nvme = CyclicCode(polynomial: 0x9A6C_9329_AC4B_C9B5, bits: 64)

    private let polynomial: UInt64
    private let bits: Int
    /// Eight tables of 256: one for each byte of a word, so that a word is taken at once.
    private let tables: [UInt64]

    private init(polynomial: UInt64, bits: Int) {
        self.polynomial = polynomial
        self.bits = bits
        var tables = [UInt64](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var value = UInt64(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ polynomial : value >> 1 }
            tables[byte] = value
        }
        for index in 256..<(8 * 256) {
            let previous = tables[index - 256]
            tables[index] = tables[Int(previous & 0xFF)] ^ (previous >> 8)
        }
        self.tables = tables
    }

    private var ones: UInt64 { bits == 64 ? .max : (1 << UInt64(bits)) - 1 }

    /// The code of everything so far and `bytes`; of nothing it is 0.
    func update(_ code: UInt64, _ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var register = code ^ ones
        tables.withUnsafeBufferPointer { tables in
            var offset = 0
            while offset + 8 <= bytes.count {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) ^ register
                register =
                    tables[0x700 + Int(word & 0xFF)] ^ tables[0x600 + Int(word >> 8 & 0xFF)]
                    ^ tables[0x500 + Int(word >> 16 & 0xFF)] ^ tables[0x400 + Int(word >> 24 & 0xFF)]
                    ^ tables[0x300 + Int(word >> 32 & 0xFF)] ^ tables[0x200 + Int(word >> 40 & 0xFF)]
                    ^ tables[0x100 + Int(word >> 48 & 0xFF)] ^ tables[Int(word >> 56)]
                offset += 8
            }
            while offset < bytes.count {
                register = tables[Int((register ^ UInt64(bytes[offset])) & 0xFF)] ^ (register >> 8)
                offset += 1
            }
        }
        return register ^ ones
    }

    /// The code of two runs of bytes, one after the other, from the code of each.
    func combine(_ first: UInt64, _ second: UInt64, secondLength: Int64) -> UInt64 {
        // Appending n bytes multiplies the first code by x^(8n).
        var power = UInt64(1) << UInt64(bits - 1)
        var square = polynomialOfOneByte
        var length = secondLength
        while length > 0 {
            if length & 1 == 1 { power = multiply(power, square) }
            square = multiply(square, square)
            length >>= 1
        }
        return multiply(first, power) ^ second
    }

    private var polynomialOfOneByte: UInt64 { UInt64(1) << UInt64(bits - 9) }

    private func multiply(_ left: UInt64, _ right: UInt64) -> UInt64 {
        var product: UInt64 = 0
        var right = right
        var mask = UInt64(1) << UInt64(bits - 1)
        while mask != 0 {
            if left & mask != 0 { product ^= right }
            mask >>= 1
            right = right & 1 == 1 ? (right >> 1) ^ polynomial : right >> 1
        }
        return product
    }
}
