/// What a provider says of a vault, for people who choose one.
package struct VaultDescription: Hashable, Sendable {
    /// The vault.
    package var vault: Vault
    /// Its size in bytes at the source, where that is stated.
    package var size: Int64?
    /// Whether somebody else shares it with this account.
    package var isShared = false
    /// How it is encrypted, in words; nil where it is not.
    package var encryption: String?
    /// Whether it can be read only with a password that its owner alone has.
    package var needsPassword = false

    /// Describes a vault of which no more is known.
    package init(_ vault: Vault) {
        self.vault = vault
    }
}
