import Crypto
import CryptoExtras
import FoundationEssentials

/// AES-SIV without associated data, in the two counter forms that are found in vaults.
///
/// Output: 16 bytes synthetic IV, then the ciphertext, as long as the plaintext (RFC 5297, section 2.6).
struct SyntheticIVCipher: Sendable {
    /// How the counter block is incremented.
    enum CounterForm: Sendable {
        /// Only the last two bytes count and wrap to zero without a carry: what the vendor's apps write and accept.
        case sixteenBit
        /// The whole block counts, as RFC 5297 has it: what clients with a standard library write.
        case fullBlock
    }

    private static let blockSize = 16

    let macKey: SymmetricKey
    let encryptionKey: SymmetricKey

    /// Encrypts `plaintext`.
    func seal(_ plaintext: [UInt8], counter form: CounterForm) throws -> [UInt8] {
        let vector = try syntheticIV(plaintext)
        var start = vector
        start[8] &= 0x7F
        start[12] &= 0x7F
        switch form {
        case .fullBlock:
            return vector + (try keyStream(plaintext[...], from: start))
        case .sixteenBit:
            return vector + (try wrappingKeyStream(plaintext, from: start))
        }
    }

    private func syntheticIV(_ plaintext: [UInt8]) throws -> [UInt8] {
        let zeroMAC = try authenticate([UInt8](repeating: 0, count: Self.blockSize))
        var text = plaintext
        if plaintext.count >= Self.blockSize {
            let offset = text.count - Self.blockSize
            for index in 0..<Self.blockSize { text[offset + index] ^= zeroMAC[index] }
        } else {
            text.append(0x80)
            text.append(contentsOf: [UInt8](repeating: 0, count: Self.blockSize - text.count))
            let doubled = Self.double(zeroMAC)
            for index in 0..<Self.blockSize { text[index] ^= doubled[index] }
        }
        return try authenticate(text)
    }

    private func authenticate(_ text: [UInt8]) throws -> [UInt8] {
        var mac = try AES.CMAC(key: macKey)
        mac.update(data: text)
        return Array(mac.finalize())
    }

    private func keyStream(_ plaintext: ArraySlice<UInt8>, from start: [UInt8]) throws -> [UInt8] {
        let nonce = try AES._CTR.Nonce(nonceBytes: start)
        return Array(try AES._CTR.encrypt(Array(plaintext), using: encryptionKey, nonce: nonce))
    }

    /// Cuts the plaintext where the two counting bytes wrap, and starts the counter anew there.
    private func wrappingKeyStream(_ plaintext: [UInt8], from start: [UInt8]) throws -> [UInt8] {
        var block = start
        var rest = plaintext[...]
        var result: [UInt8] = []
        repeat {
            let counter = Int(block[14]) << 8 | Int(block[15])
            let run = rest.prefix((0x1_0000 - counter) * Self.blockSize)
            result += try keyStream(run, from: block)
            rest = rest.dropFirst(run.count)
            block[14] = 0
            block[15] = 0
        } while !rest.isEmpty
        return result
    }

    /// Multiplication by x in GF(2^128).
    private static func double(_ block: [UInt8]) -> [UInt8] {
        var result = block
        var carry: UInt8 = 0
        for index in stride(from: blockSize - 1, through: 0, by: -1) {
            result[index] = block[index] << 1 | carry
            carry = block[index] >> 7
        }
        if carry == 1 { result[blockSize - 1] ^= 0x87 }
        return result
    }
}
