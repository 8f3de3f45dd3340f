/// A made-up account with two vaults, for demonstrations and tests.
///
/// The same seed and the same number of edit rounds give the same history in every process: uids, times and contents.
///
/// **Every credential here is a public demonstration value.** It protects nothing; never use one of them elsewhere.
package enum SampleLibrary {
    /// The e-mail address to sign in with. Public demonstration value.
    package static let email = "sample@obsync.example"
    /// The account's password. Public demonstration value.
    package static let password = "public-demo-password"
    /// The base32 secret of the account's one-time codes. Public demonstration value.
    package static let totpSecret = "JBSWY3DPEHPK3PXP"

    /// The name of the vault with end-to-end encryption (version 3).
    package static let fieldNotesName = "Field Notes"
    /// The id of that vault.
    package static let fieldNotesID = "d41a7c05e6b94f2f8a3390c7be125d60"
    /// Its password, which only the owner has. Public demonstration value.
    package static let fieldNotesPassword = "tide-table-lantern-42"

    /// The name of the vault with managed encryption (version 0).
    package static let archiveName = "Archive"
    /// The id of that vault.
    package static let archiveID = "0b6f3e9247d84c1ca5e2f7781d930b4e"
    /// Its password, which the service hands out with the list of vaults. Public demonstration value.
    package static let archivePassword = "public-demo-managed-key"

    /// The device whose client encrypts names with a 128-bit counter.
    static let tablet = "field tablet"

    /// Makes the library; takes a second or so, for the keys and the big attachment.
    ///
    /// - Throws: what the cipher throws.
    package static func make(seed: UInt64 = 1) throws -> SimulatedLibrary {
        var notes = SimulatedVault.Configuration(
            id: fieldNotesID,
            name: fieldNotesName,
            password: fieldNotesPassword,
            salt: "5b1f0c7e93a84d26b0e1c4f7a2d86935"
        )
        notes.fullCounterDevices = [tablet]
        var archive = SimulatedVault.Configuration(
            id: archiveID,
            name: archiveName,
            password: archivePassword,
            salt: "Qw7&nVb2zLk9#eTs4HdX"
        )
        archive.encryptionVersion = 0
        archive.isManaged = true
        archive.created = 1_420_070_400_000
        let library = SimulatedLibrary(
            account: .init(email: email, password: password, totpSecret: totpSecret),
            vaults: [try SimulatedVault(notes), try SimulatedVault(archive)]
        )
        try fillFieldNotes(library.vaults[0], seed: seed)
        try fillArchive(library.vaults[1], seed: seed)
        return library
    }

}
