import CChecksums
import Checksums
import Testing

/// The definition, bit by bit.
private func reference(_ bytes: some Sequence<UInt8>) -> UInt64 {
    var crc = UInt64.max
    for byte in bytes {
        crc ^= UInt64(byte)
        for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0x9A6C_9329_AC4B_C9B5 : crc >> 1 }
    }
    return ~crc
}

@Suite("CRC-64/NVME")
struct CRC64NVMETests {
    @Test("the check value of the definition comes out by every way")
    func knownAnswer() {
        let bytes = Array("123456789".utf8)
        #expect(reference(bytes) == 0xAE8B_1486_0A79_9888)
        #expect(CRC64NVME(of: bytes).value == 0xAE8B_1486_0A79_9888)
        #expect(obsync_crc64nvme_portable(0, bytes, bytes.count) == 0xAE8B_1486_0A79_9888)
        #expect(CRC64NVME(of: []).value == 0)
    }

    /// Source: the test vectors of the NVM Command Set Specification, "64b CRC Test Cases": 4 KiB blocks.
    @Test(
        "blocks of 4 KiB have the values that the specification states",
        arguments: [
            ([UInt8](repeating: 0, count: 4096), 0x6482_D367_EB22_B64E),
            ([UInt8](repeating: 255, count: 4096), 0xC0DD_BA73_02EC_A3AC),
            ((0..<4096).map { UInt8(truncatingIfNeeded: $0) }, 0x3E72_9F5F_6750_449C),
        ] as [([UInt8], UInt64)]
    )
    func specification(bytes: [UInt8], value: UInt64) {
        #expect(CRC64NVME(of: bytes).value == value)
        #expect(obsync_crc64nvme_portable(0, bytes, bytes.count) == value)
    }

    @Test("any bytes, at any address, in any number of steps, have the checksum of the definition", arguments: 1...40)
    func random(seed: Int) {
        var generator = Generator(state: UInt64(seed))
        let bytes = (0..<Int.random(in: 0...3000, using: &generator)).map { _ in
            UInt8.random(in: 0...255, using: &generator)
        }
        let start = Int.random(in: 0...min(17, bytes.count), using: &generator)
        let tail = Array(bytes[start...])
        let expected = reference(tail)
        #expect(CRC64NVME(of: tail).value == expected)
        #expect(obsync_crc64nvme_portable(0, tail, tail.count) == expected)
        var stepwise = CRC64NVME()
        bytes.withUnsafeBytes { whole in
            var rest = UnsafeRawBufferPointer(rebasing: whole[start...])
            while !rest.isEmpty {
                let step = Int.random(in: 1...min(rest.count, 700), using: &generator)
                stepwise.update(UnsafeRawBufferPointer(rebasing: rest[..<step]))
                rest = UnsafeRawBufferPointer(rebasing: rest[step...])
            }
        }
        #expect(stepwise.value == expected)
        let cut = Int.random(in: 0...tail.count, using: &generator)
        let (head, end) = (Array(tail[..<cut]), Array(tail[cut...]))
        #expect(CRC64NVME(of: head).followed(by: CRC64NVME(of: end), of: Int64(end.count)).value == expected)
    }

    @Test("checksums of more than four gigabytes combine")
    func long() {
        // Doubling 64 KiB of one byte again and again is the same as combining one long checksum with itself.
        let block = [UInt8](repeating: 0x5A, count: 1 << 16)
        var (doubled, length) = (CRC64NVME(of: block), Int64(block.count))
        for _ in 0..<20 {
            doubled = doubled.followed(by: doubled, of: length)
            length *= 2
        }
        var quadrupled = CRC64NVME(of: block + block + block + block)
        var quadrupledLength = Int64(4 * block.count)
        for _ in 0..<9 {
            let pair = quadrupled.followed(by: quadrupled, of: quadrupledLength)
            quadrupled = pair.followed(by: pair, of: 2 * quadrupledLength)
            quadrupledLength *= 4
        }
        #expect(length == quadrupledLength)
        #expect(doubled == quadrupled)
    }

    @Test(
        "as text it is sixteen digits, and nothing else is read",
        arguments: ["", "1", "g000000000000000", "+00000000000000f"]
    )
    func text(wrong: String) {
        #expect(CRC64NVME(0xAB).description == "00000000000000ab")
        #expect(CRC64NVME("00000000000000ab") == CRC64NVME(0xAB))
        #expect(CRC64NVME(wrong) == nil)
    }
}

/// SplitMix64.
private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
