import ArgumentParser
import Clocks
import Foundation
import Listing
import LocalAdapters
import SyncCore

/// `obsync forget`
struct ForgetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Stop mentioning a vault that is not in the account any more. Its files and records stay.",
        discussion: "A vault that comes back to the account is mirrored again into the same folder."
    )

    @Argument(help: "The id or the exact name of the vault.")
    var vault: String

    @Option(help: "The mirror: a folder, or s3://bucket/prefix.", completion: .directory)
    var dest: String

    @OptionGroup var placing: PlaceOptions

    func run() async throws {
        let place = try placing.place(dest)
        guard FileManager.default.fileExists(atPath: place.records) else {
            throw SyncError(.invalidInput, "no mirror in \(place.name) is known here; name one with --dest")
        }
        guard case .taken(let lock) = try FolderLock.take(path: place.lock, now: SystemClock().now) else {
            throw SyncError(.throttled, "another process works on \(place.name); try again when it is done")
        }
        defer { withExtendedLifetime(lock) {} }
        let records = try SQLiteRecordStore(path: place.records)
        let vault = try await choose(among: records)
        guard let run = RunID("forget-\(UUID().uuidString.lowercased())") else { return }
        try await VaultForgetting(records: records, run: run).forget(vault.id, now: SystemClock().now)
        StandardStreams.output(
            "\(vault.name.printable) (\(vault.id)) is not mentioned any more; its files stay in \(place.name.printable)"
        )
    }

    private func choose(among records: SQLiteRecordStore) async throws -> Vault {
        var known: [VaultDescription] = []
        for id in try await records.vaults() where id != .account {
            guard let state = try await records.state(of: id) else { continue }
            known.append(VaultDescription(Vault(id: id, name: state.name ?? state.folder, epoch: state.epoch)))
        }
        return try VaultName(vault).choose(among: known).vault
    }
}
