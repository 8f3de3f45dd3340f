import CChecksums

/// A CRC-32C: the checksum of bytes that pass by, in any number of steps.
package struct CRC32C: Hashable, Sendable {
    /// The checksum of everything that was taken so far.
    package private(set) var value: UInt32 = 0

    /// Starts a checksum.
    package init() {}

    /// The checksum of an array.
    package init(of bytes: [UInt8]) {
        update(bytes)
    }

    /// The four bytes, the highest first, as S3 spells them before it encodes them.
    package var bytes: [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32($0))) }
    }

    /// Takes the next bytes.
    package mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Takes the next bytes.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        value = obsync_crc32c(value, bytes.baseAddress, bytes.count)
    }
}
