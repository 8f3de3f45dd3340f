import Crypto
import CryptoExtras
import FoundationEssentials
import Synchronization

/// The keys of one vault, and how its names, hashes and bodies are encrypted.
///
/// The vault key is scrypt(NFKC(password), NFKC(salt), N = 32768, r = 8, p = 1), 32 bytes. Version 0 uses it for
/// everything, with AES-256-GCM; versions 2 and 3 derive four keys from it with HKDF-SHA-256 and encrypt names with AES-SIV.
struct SimulatedCipher: Sendable {
    private enum FieldCipher: Sendable {
        case gcm(SymmetricKey)
        case siv(SyntheticIVCipher)
    }

    /// The key hash that a client presents when it opens the vault, hexadecimal.
    let keyHash: String

    private let contentKey: SymmetricKey
    private let fieldCipher: FieldCipher

    /// What a vault's key is derived from.
    private struct Origin: Hashable {
        let password: [UInt8]
        let salt: [UInt8]
    }

    /// Deriving a key is slow on purpose, and slower still in a build for debugging. Made-up vaults have the same few passwords
    /// and salts wherever they are made, so a process derives each of their keys once.
    private static let known = Mutex<[Origin: SymmetricKey]>([:])

    private static func vaultKey(password: String, salt: String) throws -> SymmetricKey {
        let origin = Origin(
            password: UnicodeNormalisation.compatibilityComposed(password),
            salt: UnicodeNormalisation.compatibilityComposed(salt)
        )
        if let key = known.withLock({ $0[origin] }) { return key }
        let key = try KDF.Scrypt.deriveKey(
            from: origin.password,
            salt: origin.salt,
            outputByteCount: 32,
            rounds: 32_768,
            blockSize: 8,
            parallelism: 1
        )
        known.withLock { $0[origin] = key }
        return key
    }

    /// Derives the keys; takes 32 MiB and some 100 ms where that was not done before.
    ///
    /// - Throws: `SimulatorError` with `.invalidEncryptionVersion` for a version other than 0, 2 and 3.
    init(password: String, salt: String, encryptionVersion: Int) throws {
        let key = try Self.vaultKey(password: password, salt: salt)
        switch encryptionVersion {
        case 0:
            keyHash = Hex.encode(key.withUnsafeBytes { SHA256.hash(data: $0) })
            contentKey = key
            fieldCipher = .gcm(key)
        case 2, 3:
            // The salt enters here as it came, without normalisation.
            let rawSalt = Array(salt.utf8)
            keyHash = Self.derive(key, salt: rawSalt, info: "ObsidianKeyHash").withUnsafeBytes { Hex.encode($0) }
            contentKey = Self.derive(key, salt: [], info: "ObsidianAesGcm")
            fieldCipher = .siv(
                SyntheticIVCipher(
                    macKey: Self.derive(key, salt: rawSalt, info: "ObsidianAesSivMac"),
                    encryptionKey: Self.derive(key, salt: rawSalt, info: "ObsidianAesSivEnc")
                )
            )
        default:
            throw SimulatorError(.invalidEncryptionVersion, "a vault has encryption version 0, 2 or 3")
        }
    }

    /// Encrypts a path, a hash or a previous path, and returns the hexadecimal wire form.
    func field(_ text: String, counter: SyntheticIVCipher.CounterForm = .sixteenBit) throws -> String {
        let plaintext = Array(text.utf8)
        switch fieldCipher {
        case .gcm(let key):
            let nonce = try AES.GCM.Nonce(data: Array(SHA256.hash(data: plaintext))[..<12])
            return Hex.encode(try Self.seal(plaintext, key: key, nonce: nonce))
        case .siv(let cipher):
            return Hex.encode(try cipher.seal(plaintext, counter: counter))
        }
    }

    /// Encrypts a file's content: IV (12 bytes), ciphertext, tag (16 bytes); an empty file stays empty.
    func body(_ plaintext: [UInt8], nonce: some Sequence<UInt8>) throws -> Data {
        guard !plaintext.isEmpty else { return Data() }
        return try Self.seal(plaintext, key: contentKey, nonce: try AES.GCM.Nonce(data: Array(nonce)))
    }

    /// Decrypts what `body` made; nil when the tag does not fit.
    func open(body: Data) -> Data? {
        guard !body.isEmpty else { return Data() }
        // A reader needs to know only that it is not authentic, never why.
        return try? AES.GCM.open(AES.GCM.SealedBox(combined: body), using: contentKey)
    }

    private static func seal(_ plaintext: [UInt8], key: SymmetricKey, nonce: AES.GCM.Nonce) throws -> Data {
        guard let sealed = try AES.GCM.seal(plaintext, using: key, nonce: nonce).combined else {
            throw SimulatorError(.invalidParameter, "the nonce is not 12 bytes long")
        }
        return sealed
    }

    private static func derive(_ key: SymmetricKey, salt: [UInt8], info: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: key, salt: salt, info: Array(info.utf8), outputByteCount: 32)
    }
}
