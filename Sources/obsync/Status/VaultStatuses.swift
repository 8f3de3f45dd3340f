import Clocks
import Listing
import Pipeline
import SyncCore

/// How the last run ended.
struct LastRun {
    /// The names of its vaults, as far as it has left them behind.
    let names: [VaultID: String]
    let outcomes: [Summary.VaultOutcome]
    let attention: [Summary.Attention]

    /// Takes what there is: a run that ended well has a summary, one that failed has left its working data.
    init(_ summary: Summary?, _ report: RunReport?) {
        names = report?.names ?? [:]
        outcomes = summary?.vaults ?? report?.outcomes ?? []
        attention = summary?.attention ?? report?.attention ?? []
    }
}

/// What the records say of vaults, wherever the records are.
struct VaultStatuses {
    let records: any RecordStore
    let now: Timestamp
    /// The names of vaults that a run is at work on.
    var names: [VaultID: String] = [:]

    /// Reads what is known of each vault.
    ///
    /// - Parameters:
    ///   - known: the vaults that there are records of.
    ///   - last: how the last run ended; its vaults are listed, too.
    /// - Returns: the vaults by name.
    /// - Throws: `StoreUnavailable`, `Throttled`.
    func read(
        _ known: [VaultID],
        _ last: LastRun
    ) async throws -> [FolderStatus.Vault] {
        let names = last.names.merging(names) { $1 }
        let refused = last.outcomes.filter { $0.outcome == .refused }
        let known = known.filter { $0 != .account }
        let others = refused.map(\.vaultID).filter { !known.contains($0) }
        func told(_ reason: Summary.Attention.VaultReason, of id: VaultID) -> Summary.Attention? {
            last.attention.first { $0.vaultID == id && $0.reason == reason.rawValue }
        }
        var vaults: [FolderStatus.Vault] = []
        for id in known + others {
            let state = try await records.state(of: id)
            let census = try await VaultCensus.take(of: id, in: records)
            let complete = state?.lastComplete
            let problem = refused.first { $0.vaultID == id }
            vaults.append(
                FolderStatus.Vault(
                    vaultID: id.rawValue,
                    name: names[id] ?? state?.name ?? state.flatMap { $0.folder.isEmpty ? nil : $0.folder }
                        ?? id.rawValue,
                    filesMirrored: census.mirrored.files,
                    filesKnown: census.known.files,
                    bytesMirrored: census.mirrored.bytes,
                    bytesKnown: census.known.bytes,
                    lastComplete: complete?.iso8601,
                    ageSeconds: complete.map { $0.duration(to: now).components.seconds },
                    error: problem?.error,
                    message: problem?.message,
                    hasLeft: told(.left, of: id) != nil && state?.isForgotten != true ? true : nil,
                    isForgotten: state?.isForgotten,
                    folder: state?.folder,
                    withheld: state?.held?.files,
                    withheldSet: state?.held?.id,
                    notReady: told(.notReady, of: id)?.count,
                    notDeleted: told(.notDeleted, of: id)?.count,
                    attentionCount: census.failureCount,
                    attention: census.failures.map(file)
                )
            )
        }
        return vaults.sorted { ($0.name, $0.vaultID) < ($1.name, $1.vaultID) }
    }

    private func file(_ record: FileRecord) -> FolderStatus.File {
        FolderStatus.File(
            path: record.path.rawValue,
            version: record.version,
            reason: record.lastError?.rawValue ?? record.status.rawValue,
            code: record.reason,
            attempts: record.attempts,
            since: record.pendingSince?.iso8601
        )
    }
}

extension FolderStatus.Current {
    /// Notes the vault that a run works on, and how far it has come there.
    ///
    /// - Parameters:
    ///   - run: the run.
    ///   - vaults: those that there are records of.
    ///   - records: where those are.
    /// - Throws: `StoreUnavailable`, `Throttled`.
    mutating func note(_ run: RunID, over vaults: [VaultID], in records: any RecordStore) async throws {
        for id in vaults where id != .account {
            guard let progress = try await records.progress(of: id), progress.run == run,
                ![.completed, .failed].contains(progress.phase)
            else { continue }
            vaultID = id.rawValue
            phase = progress.phase.rawValue
            (filesDone, filesTotal) = (progress.filesComplete, progress.filesTotal)
            (bytesDone, bytesTotal) = (progress.bytesComplete, progress.bytesTotal)
        }
    }
}
