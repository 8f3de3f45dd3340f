import Checksums
import Crypto
package import StreamingCrypto

/// How a vault is encrypted. Versions 2 and 3 are the same to a reader; 1 does not exist.
package enum EncryptionVersion: Int, Sendable, Hashable {
    case zero = 0
    case two = 2
    case three = 3
}

/// The keys of a vault, derived from its password and salt.
///
/// The key is scrypt (N 32768, r 8, p 1, 32 bytes) over the password and the salt, both in NFKC. The salt is text: it
/// may look like hexadecimal digits, and is never decoded. Everything else is HKDF-SHA-256 of that key, with the salt
/// as it was received.
package struct VaultKeys: Sendable {
    /// Deciphers contents.
    package let contentKey: [UInt8]
    /// Proves to the service that the password is right. A secret: with the token it opens the socket.
    package let keyHash: String
    /// Deciphers names and hashes.
    package let nameCipher: NameCipher

    /// Derives the keys. It takes 32 MiB and about a tenth of a second, and blocks its thread for that long.
    ///
    /// - Throws: ``CipherError`` when there is no memory for it, or the salt is malformed.
    package init(password: String, salt: String, version: EncryptionVersion) throws(CipherError) {
        self.init(key: try Self.rootKey(password: password, salt: salt), salt: salt, version: version)
    }

    /// Derives the key of which all others are made; 32 bytes. It takes what ``init(password:salt:version:)`` takes.
    static func rootKey(password: String, salt: String) throws(CipherError) -> [UInt8] {
        try Scrypt.key(
            password: Normalization.nfkc(password),
            salt: Normalization.nfkc(salt),
            cost: .init(n: 32768, r: 8, p: 1),
            size: 32
        )
    }

    /// Derives the sub-keys of a key.
    package init(key: [UInt8], salt: String, version: EncryptionVersion) {
        switch version {
        case .zero:
            contentKey = key
            keyHash = Hex.encoded(SHA256.hash(data: key))
            nameCipher = .gcm(key: key)
        case .two, .three:
            contentKey = Self.derived(key, salt: "", info: "ObsidianAesGcm")
            keyHash = Hex.encoded(Self.derived(key, salt: salt, info: "ObsidianKeyHash"))
            nameCipher = .siv(
                AESSIV(
                    macKey: Self.derived(key, salt: salt, info: "ObsidianAesSivMac"),
                    encryptionKey: Self.derived(key, salt: salt, info: "ObsidianAesSivEnc")
                )
            )
        }
    }

    private static func derived(_ key: [UInt8], salt: String, info: String) -> [UInt8] {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: key),
            salt: Array(salt.utf8),
            info: Array(info.utf8),
            outputByteCount: 32
        ).withUnsafeBytes { Array($0) }
    }
}

/// Deciphers the fields `path`, `hash` and `relatedpath` of a record.
package enum NameCipher: Sendable {
    /// Version 0: IV, ciphertext and tag of AES-256-GCM, in hexadecimal.
    case gcm(key: [UInt8])
    /// Versions 2 and 3: synthetic IV and ciphertext of AES-SIV, in hexadecimal.
    case siv(AESSIV)

    /// The text of a field.
    ///
    /// - Throws: ``CipherError`` when the field is no hexadecimal text, its tag does not fit, or what comes out is not
    ///   UTF-8.
    package func open(_ field: String) throws(CipherError) -> String {
        guard let sealed = try? Hex.decoded(field) else { throw CipherError(.malformed) }
        let plaintext =
            switch self {
            case .gcm(let key): try GCMStream.open(key: key, sealed: sealed)
            case .siv(let cipher): try cipher.open(sealed)
            }
        guard let text = String(validating: plaintext, as: UTF8.self) else { throw CipherError(.malformed) }
        return text
    }
}
