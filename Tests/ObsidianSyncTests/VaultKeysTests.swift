import Checksums
import Crypto
import StreamingCrypto
import Testing

@testable import ObsidianSync
@testable import Simulators

@Suite("Vault keys")
struct VaultKeysTests {
    private static let versions: [EncryptionVersion] = [.zero, .two, .three]

    @Test("no known answer is lost")
    func counts() throws {
        #expect(try Vectors.keys().count == 13)
        #expect(try Vectors.vaults().count == 2)
    }

    @Test("password and salt are normalised before scrypt", arguments: try Vectors.keys())
    func normalization(vector: Vectors.Keys) throws {
        #expect(Hex.encoded(try Normalization.nfkc(vector.password)) == vector.normalizedPassword)
        #expect(Hex.encoded(try Normalization.nfkc(vector.salt)) == vector.normalizedSalt)
    }

    @Test("key hashes and content keys of all versions come out", arguments: try Vectors.keys())
    func derivation(vector: Vectors.Keys) throws {
        for (index, version) in Self.versions.enumerated() {
            let keys = try VaultKeys(password: vector.password, salt: vector.salt, version: version)
            #expect(keys.keyHash == vector.keyHashes[index])
            #expect(Hex.encoded(keys.contentKey) == vector.contentKeys[min(index, 1)])
        }
    }

    @Test("names are sealed with the expected keys", arguments: try Vectors.keys())
    func nameKeys(vector: Vectors.Keys) throws {
        let key = try Hex.decoded(vector.key)
        let sealer = SyntheticIVCipher(
            macKey: .init(data: try Hex.decoded(vector.macKey)),
            encryptionKey: .init(data: try Hex.decoded(vector.nameKey))
        )
        let sealed = Hex.encoded(try sealer.seal(Array("Some name.md".utf8), counter: .sixteenBit))
        for version in [EncryptionVersion.two, .three] {
            let keys = VaultKeys(key: key, salt: vector.salt, version: version)
            #expect(try keys.nameCipher.open(sealed) == "Some name.md")
        }
        #expect(throws: CipherError.self) {
            try VaultKeys(key: key, salt: vector.salt, version: .zero).nameCipher.open(sealed)
        }
    }

    @Test("the vaults of the other lists have these key hashes", arguments: try Vectors.vaults())
    func vaults(vault: Vectors.Vault) throws {
        for (version, keyHash) in zip(Self.versions, vault.keyHashes) {
            #expect(try VaultKeys(password: vault.password, salt: vault.salt, version: version).keyHash == keyHash)
            let key = try Hex.decoded(vault.key)
            #expect(VaultKeys(key: key, salt: vault.salt, version: version).keyHash == keyHash)
        }
    }

    @Test("there are no other versions", arguments: [-1, 1, 4])
    func otherVersions(number: Int) {
        #expect(EncryptionVersion(rawValue: number) == nil)
    }
}
