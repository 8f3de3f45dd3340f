import Clocks
import Foundation
import SyncCore

/// Vault folders that have gone, or are empty, although the records say that they hold files.
struct WipedFolders {
    let folder: LocalFolder
    let records: any RecordStore
    let now: Timestamp

    /// Has the files of such a folder fetched again by the run that follows.
    ///
    /// - Parameter vaults: the vaults that there are records of.
    /// - Returns: sentences for people.
    /// - Throws: `StoreUnavailable`.
    func markFiles(of vaults: [VaultID]) async throws -> [String] {
        var notes: [String] = []
        for vault in vaults {
            guard let state = try await records.state(of: vault), isWiped(state.folder) else { continue }
            var files = 0
            var pages = records.allRecords(in: vault, after: nil).makeAsyncIterator()
            while let page = try await pages.next(isolation: nil) {
                for record in page where record.status == .completed {
                    let author = FileRecord.Author(run: record.run, epoch: record.epoch, now: now)
                    let lost = FileRecord(
                        record.entry,
                        status: .failed,
                        author: author,
                        previous: record,
                        error: .objectLost
                    )
                    try await records.save(lost, in: vault)
                    files += 1
                }
            }
            guard files > 0 else { continue }
            let name = state.folder.isEmpty ? folder.path : state.folder.printable
            notes.append("\(name) is empty although \(files) files were mirrored into it; they are mirrored again")
        }
        return notes
    }

    private func isWiped(_ name: String) -> Bool {
        let path = name.isEmpty ? folder.path : "\(folder.path)/\(name)"
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return entries.allSatisfy { name.isEmpty && $0 == ".obsync" }
    }
}
