import FoundationEssentials
import SyncCore
import Testing

@testable import ObsidianSync

@Suite("Vaults of the list")
struct ListedVaultTests {
    private static func decode(_ json: String) throws -> ListedVault {
        try JSONDecoder().decode(ListedVault.self, from: Data(json.utf8))
    }

    @Test("a vault is read with all its fields")
    func whole() throws {
        let vault = try Self.decode(
            """
            {"id":"9b1d","name":"Notes / Café","host":"sync-12.obsidian.md","salt":"00ff","password":"key",
             "encryption_version":3,"size":10485760,"created":1700000000000,"region":"Europe","share_uid":7}
            """
        )
        #expect(vault.id.rawValue == "9b1d")
        #expect(vault.name == "Notes / Café")
        #expect(vault.host == "sync-12.obsidian.md")
        #expect(vault.salt == "00ff")
        #expect(vault.managedPassword == "key")
        #expect(vault.encryptionVersion == 3)
        #expect(vault.vault.id == vault.id)
        #expect(vault.vault.name == vault.name)
    }

    @Test("an id can be a number; name, password and version can be missing")
    func sparse() throws {
        let vault = try Self.decode(#"{"id":42,"host":"h","salt":"s"}"#)
        #expect(vault.id.rawValue == "42")
        #expect(vault.name.isEmpty)
        #expect(vault.managedPassword == nil)
        #expect(vault.encryptionVersion == 0)
    }

    @Test("an empty password, or null, is none", arguments: [#""""#, "null"])
    func noPassword(value: String) throws {
        #expect(try Self.decode(#"{"id":"a","host":"h","salt":"s","password":\#(value)}"#).managedPassword == nil)
    }

    @Test(
        "a vault without id or salt cannot be read",
        arguments: [
            #"{"host":"h","salt":"s"}"#, #"{"id":"a","host":"h"}"#,
            #"{"id":"../a","host":"h","salt":"s"}"#, #"{"id":"","host":"h","salt":"s"}"#,
            #"{"id":1.5,"host":"h","salt":"s"}"#, #"{"id":"a","host":"h","salt":5}"#,
            #"{"id":"a","host":"h","salt":"s","encryption_version":"three"}"#,
        ]
    )
    func incomplete(json: String) {
        #expect(throws: DecodingError.self) { try Self.decode(json) }
    }

    @Test("a version can be written as a text or with a fraction", arguments: [#""3""#, "3.0", #""3.0""#])
    func looseVersion(value: String) throws {
        let vault = try Self.decode(#"{"id":"a","host":"h","salt":"s","encryption_version":\#(value)}"#)
        #expect(vault.encryptionVersion == 3)
    }

    @Test("people are shown a name that steers no terminal, and the id")
    func label() throws {
        let vault = try Self.decode(#"{"id":"a","name":"My\u001b[31m\u202e notes","host":"h","salt":"s"}"#)
        #expect(vault.label == #""My [31m notes" (a)"#)
    }

    @Test("the epoch changes with salt and version and with nothing else")
    func epoch() throws {
        let vault = try Self.decode(#"{"id":"a","name":"n","host":"h","salt":"s","encryption_version":3}"#).vault
        let moved = try Self.decode(#"{"id":"a","name":"m","host":"i","salt":"s","encryption_version":3}"#).vault
        let upgraded = try Self.decode(#"{"id":"a","name":"n","host":"h","salt":"s","encryption_version":2}"#).vault
        let replaced = try Self.decode(#"{"id":"a","name":"n","host":"h","salt":"t","encryption_version":3}"#).vault
        #expect(vault.epoch == moved.epoch)
        #expect(Set([vault.epoch, upgraded.epoch, replaced.epoch]).count == 3)
        #expect(vault.epoch.rawValue.utf8.count == 16)
    }
}
