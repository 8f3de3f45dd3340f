import Checksums
import Crypto
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
    /// What a setting says of vaults of which the list does not say it.
    var assumedVersion: Int?

    /// How the vault is encrypted; what nobody says is version 0.
    var encryptionVersion: Int { statedVersion ?? assumedVersion ?? 0 }

    private enum CodingKeys: String, CodingKey {
        case id, name, host, salt, password, size
        case statedVersion = "encryption_version"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        var fields = LooseFields(container)
        // Nearly every id is a text; a failed attempt costs more than all the rest.
        if let text = fields.text(.id), let id = VaultID(text) {
            self.id = id
        } else if let number = try? container.decode(Int64.self, forKey: .id), let id = VaultID(String(number)) {
            self.id = id
        } else {
            throw DecodingError.dataCorruptedError(forKey: .id, in: container, debugDescription: "no id")
        }
        name = fields.text(.name) ?? ""
        // A vault without a host cannot be opened, and costs the others nothing.
        host = fields.text(.host) ?? ""
        salt = try container.decode(String.self, forKey: .salt)
        managedPassword = fields.text(.password).flatMap { $0.isEmpty ? nil : $0 }
        size = fields.integer(.size)
        statedVersion = fields.integer(.statedVersion).flatMap(Int.init(exactly:))
        guard !fields.unusable.contains(CodingKeys.statedVersion.rawValue) else {
            throw DecodingError.dataCorruptedError(
                forKey: .statedVersion,
                in: container,
                debugDescription: "no version"
            )
        }
    }

    /// The vault as people know it, for messages: `"Notes" (9b1d…)`.
    var label: String { ServiceWords.label(name, id) }

    /// What people are told of the vault.
    var description: VaultDescription {
        var description = VaultDescription(vault)
        description.size = size
        description.isShared = isShared
        description.needsPassword = managedPassword == nil
        description.encryption =
            "\(managedPassword == nil ? "end to end" : "kept by Obsidian"), v\(encryptionVersion)"
        return description
    }

    /// The vault as the rest of Obsync knows it. Migrating a vault changes its salt or version, and with that its epoch.
    var vault: Vault {
        let fingerprint = SHA256.hash(data: Array("\(encryptionVersion):\(salt)".utf8))
        var vault = Vault(id: id, name: name, epoch: VaultEpoch(library: String(Hex.encoded(fingerprint).prefix(16))))
        vault.isShared = isShared ? true : nil
        return vault
    }
}
