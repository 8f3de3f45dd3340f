import COpenSSL

/// AES-SIV with 256-bit sub-keys and no associated data (RFC 5297), for deciphering.
///
/// It is composed of the library's CMAC and CTR. Two ways of counting exist in the wild, see ``Counter``.
package struct AESSIV: Sendable {
    /// How the counter of CTR mode is carried on.
    package enum Counter: Sendable, CaseIterable {
        /// Only the last two bytes count, and wrap to zero without carry. Obsidian's own clients write this form.
        case sixteenBits
        /// The whole block counts, as RFC 5297 and ordinary libraries do.
        case wholeBlock
    }

    private static let blockSize = 16
    private let macKey: [UInt8]
    private let encryptionKey: [UInt8]

    /// Makes a cipher of two keys of 32 bytes each.
    package init(macKey: [UInt8], encryptionKey: [UInt8]) {
        self.macKey = macKey
        self.encryptionKey = encryptionKey
    }

    /// Deciphers a message laid out as synthetic IV (16 bytes), ciphertext.
    ///
    /// - Throws: ``CipherError/Code/authenticationFailed`` when the synthetic IV does not fit with this counter.
    package func open(_ sealed: [UInt8], counter: Counter) throws(CipherError) -> [UInt8] {
        guard sealed.count >= Self.blockSize else { throw CipherError(.malformed) }
        let syntheticIV = Array(sealed[..<Self.blockSize])
        var firstBlock = syntheticIV
        firstBlock[8] &= 0x7F
        firstBlock[12] &= 0x7F
        let ciphertext = sealed[Self.blockSize...]
        let plaintext =
            switch counter {
            case .wholeBlock: try keystreamed(ciphertext, from: firstBlock)
            case .sixteenBits: try keystreamedInSixteenBits(ciphertext, from: firstBlock)
            }
        guard areEqual(try syntheticIVOf(plaintext), syntheticIV) else {
            throw CipherError(.authenticationFailed)
        }
        return plaintext
    }

    /// Deciphers a message whichever way its counter was carried on: the form of Obsidian's clients is tried first.
    ///
    /// - Throws: ``CipherError`` when neither form has the right tag.
    package func open(_ sealed: [UInt8]) throws(CipherError) -> [UInt8] {
        do {
            return try open(sealed, counter: .sixteenBits)
        } catch {
            guard error.code == .authenticationFailed else { throw error }
            return try open(sealed, counter: .wholeBlock)
        }
    }

    private func keystreamed(_ bytes: ArraySlice<UInt8>, from block: [UInt8]) throws(CipherError) -> [UInt8] {
        try CipherContext(EVP_aes_256_ctr(), key: encryptionKey, iv: block, isEncrypting: true).update(bytes)
    }

    /// The part up to the wrap of the low 16 bits, and then on from there with these bits at zero.
    private func keystreamedInSixteenBits(
        _ bytes: ArraySlice<UInt8>,
        from block: [UInt8]
    ) throws(CipherError) -> [UInt8] {
        var output: [UInt8] = []
        var rest = bytes
        var block = block
        while !rest.isEmpty {
            let low = Int(block[14]) << 8 | Int(block[15])
            let span = rest.prefix((65536 - low) * Self.blockSize)
            output += try keystreamed(span, from: block)
            rest = rest.dropFirst(span.count)
            block[14] = 0
            block[15] = 0
        }
        return output
    }

    /// S2V of RFC 5297 for a single string.
    private func syntheticIVOf(_ plaintext: [UInt8]) throws(CipherError) -> [UInt8] {
        let zero = try mac([UInt8](repeating: 0, count: Self.blockSize))
        if plaintext.count >= Self.blockSize {
            var message = plaintext
            let offset = plaintext.count - Self.blockSize
            for index in 0..<Self.blockSize { message[offset + index] ^= zero[index] }
            return try mac(message)
        }
        var padded = plaintext + [0x80]
        padded += [UInt8](repeating: 0, count: Self.blockSize - padded.count)
        let doubled = Self.doubled(zero)
        return try mac(zip(doubled, padded).map { $0 ^ $1 })
    }

    /// Multiplication by x in GF(2^128), as RFC 5297 defines `dbl`.
    private static func doubled(_ block: [UInt8]) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: blockSize)
        for index in 0..<blockSize {
            let carry = index + 1 < blockSize ? block[index + 1] >> 7 : 0
            result[index] = block[index] << 1 | carry
        }
        if block[0] & 0x80 != 0 { result[blockSize - 1] ^= 0x87 }
        return result
    }

    private func mac(_ message: [UInt8]) throws(CipherError) -> [UInt8] {
        guard macKey.count == 32 else { throw CipherError(.invalidKey) }
        var tag = [UInt8](repeating: 0, count: Self.blockSize)
        var size = 0
        let made = EVP_Q_mac(
            nil,
            "CMAC",
            nil,
            "AES-256-CBC",
            nil,
            macKey,
            macKey.count,
            message,
            message.count,
            &tag,
            tag.count,
            &size
        )
        guard made != nil, size == Self.blockSize else { throw CipherError(.libraryFailed) }
        return tag
    }

    private func areEqual(_ lhs: [UInt8], _ rhs: [UInt8]) -> Bool {
        lhs.count == rhs.count && CRYPTO_memcmp(lhs, rhs, lhs.count) == 0
    }
}
