import CChecksums

/// A CRC-64/NVME: the checksum of bytes that pass by, in any number of steps.
///
/// Its JSON form is the 16 hexadecimal digits of ``description``.
package struct CRC64NVME: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The polynomial with its bits reflected.
    private static let polynomial: UInt64 = 0x9A6C_9329_AC4B_C9B5

    /// The checksum of everything that was taken so far.
    package private(set) var value: UInt64

    /// Starts a checksum, or goes on from one.
    package init(_ value: UInt64 = 0) {
        self.value = value
    }

    /// Reads the text of ``description``; nil for any other.
    package init?(_ description: String) {
        guard description.utf8.count == 16, description.first != "+", let value = UInt64(description, radix: 16) else {
            return nil
        }
        self.value = value
    }

    /// The checksum of an array.
    package init(of bytes: [UInt8]) {
        self.init()
        update(bytes)
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let checksum = Self(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no CRC-64/NVME")
        }
        self = checksum
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    /// Sixteen hexadecimal digits, lower-case.
    package var description: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// Takes the next bytes.
    package mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Takes the next bytes.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        value = obsync_crc64nvme(value, bytes.baseAddress, bytes.count)
    }

    /// The checksum of what this one is of, followed by what `next` is of.
    ///
    /// - Parameters:
    ///   - next: the checksum of the bytes that follow.
    ///   - count: how many bytes those are.
    /// - Returns: the checksum of all of them.
    package func followed(by next: CRC64NVME, of count: Int64) -> CRC64NVME {
        // `count` bytes of zero take this checksum as far on as the bytes that follow do.
        var power = Self.one
        var square = Self.one >> 8
        var left = UInt64(max(count, 0))
        while left > 0 {
            if left & 1 == 1 { power = Self.product(square, power) }
            square = Self.product(square, square)
            left >>= 1
        }
        return CRC64NVME(Self.product(power, value) ^ next.value)
    }

    /// The polynomial 1: the highest bit is the lowest power.
    private static let one: UInt64 = 1 << 63

    /// The product of two polynomials, modulo the checksum's.
    private static func product(_ lhs: UInt64, _ rhs: UInt64) -> UInt64 {
        var product: UInt64 = 0
        var shifted = rhs
        var bit = one
        while bit != 0 {
            if lhs & bit != 0 { product ^= shifted }
            shifted = shifted & 1 == 0 ? shifted >> 1 : (shifted >> 1) ^ polynomial
            bit >>= 1
        }
        return product
    }
}
