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

    @Option(help: "The folder of the mirror.", completion: .directory)
    var dest: String

    @OptionGroup var destination: DestinationOptions

    func run() async throws {
        let folder = try destination.folder(dest)
        guard FileManager.default.fileExists(atPath: folder.records) else {
            throw SyncError(.invalidInput, "there is no mirror in \(folder.path); name the folder of one with --dest")
        }
        guard case .taken(let lock) = try FolderLock.take(path: folder.data + "/lock", now: SystemClock().now) else {
            throw SyncError(.throttled, "another process works on \(folder.path); try again when it is done")
        }
        defer { withExtendedLifetime(lock) {} }
        let records = try SQLiteRecordStore(path: folder.records)
        let (id, name) = try await choose(among: records)
        guard let run = RunID("forget-\(UUID().uuidString.lowercased())") else { return }
        try await VaultForgetting(records: records, run: run).forget(id, now: SystemClock().now)
        StandardStreams.output(
            "\(name.printable) (\(id)) is not mentioned any more; its files stay in \(folder.path.printable)"
        )
    }

    private func choose(among records: SQLiteRecordStore) async throws -> (VaultID, name: String) {
        var known: [(id: VaultID, name: String)] = []
        for id in try await records.vaults() where id != .account {
            guard let state = try await records.state(of: id) else { continue }
            known.append((id, state.name ?? state.folder))
        }
        let found = known.filter { $0.id.rawValue == vault || $0.name == vault }
        guard let match = found.first, found.count == 1 else {
            let names = known.map { "\($0.name.printable) (\($0.id))" }.joined(separator: ", ")
            throw SyncError(
                .invalidInput,
                found.isEmpty
                    ? "no vault called \(vault.printable) is mirrored here; there are: \(names)"
                    : "more than one vault is called \(vault.printable); name it by its id: \(names)"
            )
        }
        return (match.id, match.name)
    }
}
