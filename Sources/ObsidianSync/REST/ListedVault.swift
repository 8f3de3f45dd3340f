import Crypto
import StreamingCrypto
import SyncCore

/// A vault as `/vault/list` names it.
///
///     {"id": "9b1d…", "name": "Notes", "host": "sync-12.obsidian.md", "salt": "…", "password": "",
///      "encryption_version": 3, "size": 10485760, "created": 1700000000000, "region": "Europe"}
struct ListedVault: Decodable, Sendable {
    var id: VaultID
    var name: String
    var host: String
    var salt: String
    /// The encryption password itself, where Obsidian keeps it; nil for end-to-end encrypted vaults.
    var managedPassword: String?
    /// How the vault is encrypted, where the list says so. Older servers do not.
    var statedVersion: Int?

    /// Its size in bytes, as the service counts.
    var size: Int64?
    /// Whether somebody else shares it with the account.
    var isShared = false

    /// How the vault is encrypted; what is not stated is version 0.
    var encryptionVersion: Int { statedVersion ?? 0 }

    private enum CodingKeys: String, CodingKey {
        case id, name, host, salt, password, size
        case statedVersion = "encryption_version"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let number = try? container.decode(Int64.self, forKey: .id), let id = VaultID(String(number)) {
            self.id = id
        } else {
            id = try container.decode(VaultID.self, forKey: .id)
        }
        name = try container.decodeIfPresent(String.self, forKey: .name) ?? ""
        host = try container.decode(String.self, forKey: .host)
        salt = try container.decode(String.self, forKey: .salt)
        let password = try container.decodeIfPresent(String.self, forKey: .password)
        managedPassword = password.flatMap { $0.isEmpty ? nil : $0 }
        // Nothing depends on it, so nothing fails on it.
        size = try? container.decodeIfPresent(Int64.self, forKey: .size)
        statedVersion = try container.decodeIfPresent(Int.self, forKey: .statedVersion)
    }

    /// What people are told of the vault.
    var description: VaultDescription {
        var description = VaultDescription(vault)
        description.size = size
        description.isShared = isShared
        description.needsPassword = managedPassword == nil
        description.encryption =
            "\(managedPassword == nil ? "end to end" : "password kept by Obsidian"), version \(encryptionVersion)"
        return description
    }

    /// The vault as the rest of Obsync knows it. Migrating a vault changes its salt or version, and with that its epoch.
    var vault: Vault {
        let fingerprint = SHA256.hash(data: Array("\(encryptionVersion):\(salt)".utf8))
        return Vault(id: id, name: name, epoch: String(Hex.encoded(fingerprint).prefix(16)))
    }
}
