import ArgumentParser
import Foundation
import LocalAdapters
import SyncCore

/// `obsync status`
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Tell how far the mirrors in a folder are, without asking the provider."
    )

    @Option(help: "The folder that the files go to.")
    var dest: String

    @Flag(help: "Print the answer as JSON.")
    var json = false

    func run() async throws {
        let path = LocalFolder(dest).records
        guard FileManager.default.fileExists(atPath: path) else {
            throw SyncError(.invalidInput, "there is no mirror in the folder that --dest names")
        }
        let records = try SQLiteRecordStore(path: path)
        let vaults = try await records.vaults()
        let status = try await ListPage.status(of: vaults, records: records, clock: SystemClock())
        if json {
            StandardStreams.output(String(decoding: try FunctionJSON.encode(status), as: UTF8.self))
            return
        }
        for vault in vaults {
            let facts = ["state", "files", "bytes", "updated", "last_synced"].compactMap { name in
                status.metadata["\(vault).\(name)"].map { "\(name) \($0)" }
            }
            StandardStreams.output("\(vault): \(facts.joined(separator: ", "))")
        }
    }
}
