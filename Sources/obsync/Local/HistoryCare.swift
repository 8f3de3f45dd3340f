import Clocks
import Foundation
import LocalAdapters
import Logging
import SyncCore

/// What decides about earlier versions at the end of a run.
struct HistoryTerms: Sendable {
    var limits: HistoryLimits
    /// When the run began.
    var begun: Timestamp
    var now: Timestamp
    /// Whether somebody has said that the changes are right.
    var isAcknowledged: Bool
}

/// Removes old versions after a run that saw everything, unless the run looks as if something were wrong at the source.
struct HistoryCare {
    let folder: LocalFolder
    let terms: HistoryTerms

    private var pause: String { folder.data + "/history-paused" }

    /// Expires what may go.
    ///
    /// - Parameter summary: how the run ended.
    /// - Returns: sentences for people.
    /// - Throws: `StoreUnavailable`.
    func callAsFunction(_ summary: Summary) async throws -> [String] {
        let records = try SQLiteRecordStore(path: folder.records)
        let history = FolderHistory(records, folder: folder.data + "/history")
        let isHeld = summary.metadata["withheld"].flatMap { Int($0) } ?? 0 > 0
        // Whoever has approved a set that has grown since has not seen what changed.
        let isAcknowledged = terms.isAcknowledged && !isHeld
        if isAcknowledged { try? FileManager.default.removeItem(atPath: pause) }
        var notes: [String] = []
        if !isAcknowledged {
            for vault in summary.vaultsSynced {
                guard let name = try await mostlyChanged(vault, records, history) else { continue }
                notes.append(
                    "more than half of the files in \(name) changed in this run; earlier versions are kept until "
                        + "a run with --allow-deletions says that this is right"
                )
            }
            if !notes.isEmpty { _ = FileManager.default.createFile(atPath: pause, contents: Data()) }
        }
        if FileManager.default.fileExists(atPath: pause) {
            guard notes.isEmpty else { return notes }
            return [
                "an earlier run changed more than half of a vault's files; earlier versions are kept until a run with "
                    + "--allow-deletions says that this is right"
            ]
        }
        if isHeld { return notes }
        if let note = try history.expire(terms.limits, now: terms.now).note { notes.append(note) }
        return notes
    }

    /// The folder of a vault when the run has replaced or deleted more than half of its files, and more than a handful.
    private func mostlyChanged(
        _ vault: VaultID,
        _ records: SQLiteRecordStore,
        _ history: FolderHistory
    ) async throws -> String? {
        guard let state = try await records.state(of: vault) else { return nil }
        let changed = try history.changes(in: state.folder, since: terms.begun)
        guard changed > 10 else { return nil }
        var files = 0
        var pages = records.allRecords(in: vault, after: nil).makeAsyncIterator()
        while let page = try await pages.next(isolation: nil) {
            files += page.count { $0.status != .deleted || ($0.deletedAt ?? terms.begun) >= terms.begun }
        }
        return changed * 2 > files ? (state.folder.isEmpty ? folder.path : state.folder.printable) : nil
    }
}
