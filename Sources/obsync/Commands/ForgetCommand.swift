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
        let (id, name) = try await choose(among: records)
        guard let run = RunID("forget-\(UUID().uuidString.lowercased())") else { return }
        try await VaultForgetting(records: records, run: run).forget(id, now: SystemClock().now)
        StandardStreams.output(
            "\(name.printable) (\(id)) is not mentioned any more; its files stay in \(place.name.printable)"
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
