import Foundation
import LocalAdapters
import Logging
import Pipeline
import SyncCore

/// Looks at a folder before the first run, so that nothing is written into one that holds what is somebody else's.
struct DestinationCheck {
    let folder: LocalFolder
    let credentials: String
    let environment: [String: String]
    let logger: Logger

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
        // The records of a first look are not those of the mirror.
        let elsewhere = LocalFolder(FileManager.default.temporaryDirectory.appending(path: "obsync-\(UUID())").path)
        defer { try? FileManager.default.removeItem(atPath: elsewhere.path) }
        try elsewhere.prepare(environment: environment)
        try await withTransport(environment) { transport in
            let pipeline = try await elsewhere.pipeline(
                credentials: credentials,
                environment: environment,
                executor: transport,
                trouble: DestinationTrouble(path: elsewhere.path),
                observe: { _ in }
            )
            let all = try await VaultChoice(pipeline, logger).vaults()
            let wanted = try vault.map { [try VaultName($0).choose(among: all)] } ?? all
            let provider = try pipeline.providers.named(in: try await pipeline.secrets.current().secret)
            try claim.checkForForeignFiles(wanted.map(\.vault), hasVaultFolders: provider.hasVaultFolders)
        }
    }
}
