import Crypto
import StreamingCrypto
import SyncCore
import Synchronization

/// The keys of vaults that were opened before, so that a process derives each once: scrypt takes a tenth of a second and 32 MiB.
///
/// The memory of a key is wiped when it is dropped.
final class VaultKeyring: Sendable {
    /// What a key was derived from. Of the password there is only a digest under a key of this process.
    private struct Origin: Hashable {
        var vault: VaultID
        var salt: String
        var version: EncryptionVersion
        var password: [UInt8]
    }

    private static let most = 16

    private let digestKey = SymmetricKey(size: .bits256)
    private let known = Mutex<[Origin: SymmetricKey]>([:])

    /// The keys of a vault, derived if they are not known. That blocks the thread; whoever else wants keys waits meanwhile, so that
    /// no more than one derivation takes its memory.
    ///
    /// - Throws: ``CipherError`` when the password or the salt is no text that keys can be derived from.
    func keys(
        of vault: VaultID,
        password: String,
        salt: String,
        version: EncryptionVersion
    ) throws(CipherError) -> VaultKeys {
        let digest = HMAC<SHA256>.authenticationCode(for: Array(password.utf8), using: digestKey)
        let origin = Origin(vault: vault, salt: salt, version: version, password: Array(digest))
        let key = try known.withLock { known throws(CipherError) in
            if let key = known[origin] { return key }
            let key = SymmetricKey(data: try VaultKeys.rootKey(password: password, salt: salt))
            // Of one vault only the newest: another password or salt replaces it.
            for old in known.keys where old.vault == vault { known[old] = nil }
            if known.count >= Self.most { known.removeAll() }
            known[origin] = key
            return key
        }
        return VaultKeys(key: key.withUnsafeBytes { Array($0) }, salt: salt, version: version)
    }
}
