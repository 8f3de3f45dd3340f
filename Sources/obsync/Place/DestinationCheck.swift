import Foundation
import LocalAdapters
import SyncCore

/// Looks at a folder before the first run, so that nothing is written into one that holds what is somebody else's.
struct DestinationCheck {
    let folder: LocalFolder
    let credentials: String
    let connection: PlaceConnection

    /// The claim on the folder; its refusals name the command that goes on.
    ///
    /// - Parameter vault: the vault that somebody named, if they did.
    /// - Returns: the claim.
    func claim(_ vault: String?) -> FolderClaim {
        var words = ["obsync", "sync"] + (vault.map { [$0] } ?? [])
        words += ["--dest", folder.path, "--credentials", credentials]
        return FolderClaim(folder: folder, command: words.map(\.shellQuoted).joined(separator: " "))
    }

    /// Refuses a folder that is not ours and holds files in a vault's place.
    ///
    /// - Parameter vault: the vault that somebody named; nil for all.
    /// - Throws: `InvalidInput` for such a folder, and what signing in and listing the vaults throws.
    func check(_ vault: String?) async throws {
        let claim = claim(vault)
        guard !claim.isClaimed else { return }
        try claim.checkForLiveVaults()
        if claim.isEmpty { return }
        try await AccountLook.with(credentials: credentials, connection) { provider, choice in
            let vaults = try await choice.vaults(named: vault).map(\.vault)
            try claim.checkForForeignFiles(vaults, hasVaultFolders: provider.hasVaultFolders)
        }
    }
}
