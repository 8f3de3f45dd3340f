import Clocks
import LocalAdapters
import SyncCore

/// Vault folders that have gone, or are empty, although the records say that they hold files.
struct WipedFolders {
    /// What people call the place.
    let place: String
    let records: SQLiteRecordStore
    let now: Timestamp
    /// Whether none of the files of these records, which are mirrored, lies in a vault's folder; that of a vault without one is
    /// empty.
    let areGone: (_ records: [FileRecord], _ folder: String) async throws -> Bool

    /// Has the files of such a folder fetched again by the run that follows.
    ///
    /// - Returns: sentences for people.
    /// - Throws: `StoreUnavailable`.
    func markFiles() async throws -> [String] {
        var notes: [String] = []
        for vault in try await records.vaults() {
            guard let state = try await records.state(of: vault), try await isWiped(vault, state.folder) else {
                continue
            }
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
                    _ = try await records.save(lost, in: vault)
                    files += 1
                }
            }
            guard files > 0 else { continue }
            let name = state.folder.isEmpty ? place : state.folder.printable
            notes.append("\(name) is empty although \(files) files were mirrored into it; they are mirrored again")
        }
        return notes
    }

    /// Whether files were mirrored into a folder and not one of them is there: what else lies there does not matter.
    private func isWiped(_ vault: VaultID, _ folder: String) async throws -> Bool {
        var files = 0
        var pages = records.allRecords(in: vault, after: nil).makeAsyncIterator()
        while let page = try await pages.next(isolation: nil) {
            let mirrored = page.filter { $0.status == .completed }
            guard try await areGone(mirrored, folder) else { return false }
            files += mirrored.count
        }
        return files > 0
    }
}
