import COpenSSL

/// A cipher of the library in use: AES-256 in one mode, with a key and an IV.
///
/// A class, because the library's context has to be freed once. It is used by one task at a time.
final class CipherContext {
    private let context: OpaquePointer

    /// Starts deciphering or enciphering.
    ///
    /// - Parameters:
    ///   - cipher: the library's cipher.
    ///   - key: 32 bytes.
    ///   - iv: as long as the cipher's IV; 12 bytes for GCM.
    ///   - isEncrypting: the direction.
    /// - Throws: ``CipherError/Code/invalidKey`` for a key of another size.
    init(_ cipher: OpaquePointer?, key: [UInt8], iv: [UInt8], isEncrypting: Bool) throws(CipherError) {
        guard key.count == 32 else { throw CipherError(.invalidKey) }
        guard let context = EVP_CIPHER_CTX_new() else { throw CipherError(.libraryFailed) }
        self.context = context
        guard EVP_CipherInit_ex(context, cipher, nil, key, iv, isEncrypting ? 1 : 0) == 1 else {
            throw CipherError(.libraryFailed)
        }
    }

    deinit {
        EVP_CIPHER_CTX_free(context)
    }

    /// Transforms the next bytes; as many come out as go in.
    func update(_ input: some Collection<UInt8>) throws(CipherError) -> [UInt8] {
        guard !input.isEmpty else { return [] }
        guard let size = Int32(exactly: input.count) else { throw CipherError(.malformed) }
        var written: Int32 = 0
        var succeeded = false
        let output = [UInt8](unsafeUninitializedCapacity: input.count) { buffer, count in
            let result = input.withContiguousStorageIfAvailable { bytes in
                EVP_CipherUpdate(context, buffer.baseAddress, &written, bytes.baseAddress, size)
            }
            let status = result ?? EVP_CipherUpdate(context, buffer.baseAddress, &written, Array(input), size)
            succeeded = status == 1 && written == size
            count = succeeded ? input.count : 0
        }
        guard succeeded else { throw CipherError(.libraryFailed) }
        return output
    }

    /// Sets the tag that GCM has to arrive at.
    func expectTag(_ tag: [UInt8]) throws(CipherError) {
        var tag = tag
        guard EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tag.count), &tag) == 1 else {
            throw CipherError(.libraryFailed)
        }
    }

    /// Ends the message; for GCM this checks the tag.
    ///
    /// - Throws: ``CipherError/Code/authenticationFailed``.
    func finish() throws(CipherError) {
        var rest = [UInt8](repeating: 0, count: 16)
        var written: Int32 = 0
        guard EVP_CipherFinal_ex(context, &rest, &written) == 1, written == 0 else {
            throw CipherError(.authenticationFailed)
        }
    }
}
