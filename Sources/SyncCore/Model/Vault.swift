/// One library of the account, as the provider lists it.
package struct Vault: Codable, Hashable, Sendable {
    /// The provider's identifier.
    package let id: VaultID
    /// The name that people gave it; not unique, and free text.
    package let name: String
    /// Changes when the provider replaced the whole library. A cursor belongs to one epoch.
    package let epoch: VaultEpoch
    /// Names the account for good, where the provider tells: a fingerprint, and never the account's id itself.
    package let account: String?
    /// Where its password comes from; nil where that is of no account.
    package var passwordSource: PasswordSource?
    /// Whether somebody else shares it with the account.
    package var isShared: Bool?

    /// Who says what a vault's encryption password is.
    package enum PasswordSource: String, Codable, Sendable {
        /// The user, in the secret.
        case own
        /// The service itself. Such a password proves nothing: whoever states it can make up contents that fit it.
        case managed
    }

    private enum CodingKeys: String, CodingKey {
        case id, name, epoch, account
        case passwordSource = "password_source"
        case isShared = "is_shared"
    }

    /// The same vault as it is mirrored to a place: its epoch is that of vault and place together.
    package func mirrored(to destination: String) -> Vault {
        var vault = Vault(id: id, name: name, epoch: epoch.mirrored(to: destination), account: account)
        vault.passwordSource = passwordSource
        vault.isShared = isShared
        return vault
    }

    /// Makes a vault.
    package init(id: VaultID, name: String, epoch: VaultEpoch, account: String? = nil) {
        self.id = id
        self.name = name
        self.epoch = epoch
        self.account = account
    }
}

/// How far a vault's listing was worked off: opaque outside the provider that made it. Its JSON form is the text.
package struct SourceCursor: RawRepresentable, Hashable, Codable, Sendable {
    /// The provider's own notation.
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// Takes the provider's own notation.
    package init(_ rawValue: String) {
        self.init(rawValue: rawValue)
    }
}
