package import StreamingCrypto

/// Deciphers one file's body as it comes in: IV (12 bytes), AES-256-GCM ciphertext, tag (16 bytes).
///
/// An empty file has an empty body, and is no case for this. At most one frame and the tag are held.
package struct BodyDecipher {
    /// Bytes of a body that are not content.
    package static let overhead = GCMStream.ivSize + GCMStream.tagSize

    private let key: [UInt8]
    private var stream: GCMStream?
    /// What was received and not deciphered: the IV so far, and later the last bytes, which may be the tag.
    private var held: [UInt8] = []

    /// Starts a body.
    package init(key: [UInt8]) {
        self.key = key
    }

    /// Takes the next bytes of the body and gives the content that they complete.
    ///
    /// - Throws: ``CipherError`` when OpenSSL refuses the key.
    package mutating func update(_ bytes: [UInt8]) throws(CipherError) -> [UInt8] {
        var input = held.isEmpty ? bytes : held + bytes
        held = []
        if stream == nil {
            guard input.count >= GCMStream.ivSize else {
                held = input
                return []
            }
            stream = try GCMStream(key: key, iv: Array(input[..<GCMStream.ivSize]))
            input.removeFirst(GCMStream.ivSize)
        }
        guard let stream, input.count > GCMStream.tagSize else {
            held = input
            return []
        }
        held = Array(input.suffix(GCMStream.tagSize))
        return try stream.update(input.dropLast(GCMStream.tagSize))
    }

    /// Ends the body.
    ///
    /// - Throws: ``CipherError`` when it was too short or its tag does not fit.
    package func finish() throws(CipherError) {
        guard let stream, held.count == GCMStream.tagSize else { throw CipherError(.malformed) }
        try stream.finish(tag: held)
    }
}
