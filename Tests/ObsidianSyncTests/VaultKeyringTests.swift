import SyncCore
import Testing

@testable import ObsidianSync

@Suite("The keys of vaults that were opened before")
struct VaultKeyringTests {
    @Test("are those that password, salt and version make, however often they are asked for")
    func same() throws {
        let keyring = VaultKeyring()
        let vault = try #require(VaultID("one"))
        for (password, salt, version) in [
            ("a", "s", EncryptionVersion.three), ("a", "s", .three), ("b", "s", .three), ("a", "t", .three),
            ("a", "s", .zero), ("a", "s", .three),
        ] {
            let keys = try keyring.keys(of: vault, password: password, salt: salt, version: version)
            let expected = try VaultKeys(password: password, salt: salt, version: version)
            #expect(keys.keyHash == expected.keyHash)
            #expect(keys.contentKey == expected.contentKey)
        }
    }
}
