package import Clocks
package import SyncCore

/// What became of a run: made of its working data and of the records.
///
/// The lister makes one at the end of a run, for the output of the execution. Whoever holds the same stores makes one of a
/// run that failed, too.
package struct RunReport: Sendable {
    private let run: RunState
    private let now: Timestamp

    init(_ run: RunState, now: Timestamp) {
        self.run = run
        self.now = now
    }

    /// Reads what a run has left behind.
    ///
    /// - Parameters:
    ///   - id: the run.
    ///   - state: where its working data are.
    ///   - now: the time.
    /// - Returns: nil when nothing is left of it, or it came to nothing.
    /// - Throws: `StoreUnavailable`.
    package static func load(_ id: RunID, from state: any ObjectStore, now: Timestamp) async throws -> RunReport? {
        try await RunState.load(id, from: state).map { RunReport($0, now: now) }
    }

    /// The vaults that newer runs have had since: what the run has left behind for them is of no use any more.
    ///
    /// - Parameter terms: the present term of each vault.
    /// - Returns: those whose term was an earlier one when the run had them.
    package func superseded(by terms: [VaultID: Int64]) -> Set<VaultID> {
        Set(
            run.vaults.compactMap { plan in
                guard let term = plan.term, let present = terms[plan.vault.id], term < present else { return nil }
                return plan.vault.id
            }
        )
    }

    private var settled: [RunState.VaultPlan] { run.vaults.filter { $0.outcome == .settled } }

    /// The summary of a run that came to its end.
    func summary(_ type: SyncRequest.SyncType) -> Summary {
        let files = settled.reduce(0) { $0 + $1.done.files }
        let isBusy = !run.vaults.isEmpty && settled.isEmpty
        var summary = Summary(
            success: true,
            message: isBusy
                ? run.vaults.contains { $0.isSuperseded == true }
                    ? "Superseded: a newer run has mirrored these vaults since"
                    : "Another run is mirroring these vaults"
                : "Synced \(settled.count.counted("vault")) with \(files.counted("file"))",
            vaultsSynced: settled.map(\.vault.id),
            filesCount: files,
            errors: [],
            metadata: [
                "run": run.run.rawValue,
                "sync_type": type.rawValue,
                "execution_time": run.started.duration(to: now).clockText,
                "bytes": String(settled.reduce(0) { $0 + $1.done.bytes }),
                "lost": String(settled.reduce(0) { $0 + ($1.lost ?? 0) }),
                "strangers": String(settled.reduce(0) { $0 + ($1.strangers ?? 0) }),
                "withheld": String(settled.reduce(0) { $0 + $1.withheld }),
                "deleted": String(settled.reduce(0) { $0 + $1.deleted }),
            ]
        )
        summary.notes =
            run.vaults.flatMap(\.notes) + (run.left ?? []).map(\.note)
            + (run.unasked ?? []).map { vault in
                "vault \(vault.id): is shared with you and not mirrored; it is when you name it, and all are with --shared (SYNC_SHARED)"
            }
        let attention = attention
        summary.attention = Array(attention.prefix(Summary.mostAttention))
        summary.attentionCount = attention.count
        summary.failed = run.vaults.reduce(0) { $0 + $1.failed }
        summary.vaults = run.vaults.map(\.summary)
        return summary
    }

    /// The summary of a run that failed: as whole as that of one that did not.
    ///
    /// - Parameter error: what it failed with.
    /// - Returns: the summary, without what the records say.
    package func summary(ofFailure error: SyncError) -> Summary {
        var summary = summary(.incremental)
        summary.success = false
        summary.message = error.message
        summary.errors = [error.description]
        summary.metadata["sync_type"] = nil
        summary.metadata["error"] = error.name.rawValue
        return summary
    }

    /// What came of each of the run's vaults so far.
    package var outcomes: [Summary.VaultOutcome] { run.vaults.map(\.summary) }

    /// What concerns whole vaults and needs somebody.
    package var attention: [Summary.Attention] {
        (run.left ?? []).map { .init(.left, of: $0.id) } + run.vaults.flatMap(\.attention)
    }

    /// The names of the run's vaults.
    package var names: [VaultID: String] {
        let left = ((run.left ?? []) + (run.unasked ?? [])).compactMap { vault in vault.name.map { (vault.id, $0) } }
        return Dictionary(run.vaults.map { ($0.vault.id, $0.vault.name) } + left) { first, _ in first }
    }
}

extension RunState.VaultPlan {
    fileprivate var summary: Summary.VaultOutcome {
        var summary = Summary.VaultOutcome(vaultID: vault.id, outcome: outcome.shown)
        (summary.files, summary.bytes, summary.skipped) = (done.files, done.bytes, done.skipped)
        (summary.deleted, summary.withheld, summary.failed) = (deleted, withheld, failed)
        (summary.error, summary.message) = (error?.name.rawValue, error?.message)
        return summary
    }

    /// What concerns the vault as a whole and needs somebody.
    fileprivate var attention: [Summary.Attention] {
        var attention: [Summary.Attention] = []
        if withheld > 0 { attention.append(.init(.deletionsWithheld, of: vault.id, count: withheld, set: held?.id)) }
        if let notReady = listing?.notReady, notReady > 0 {
            attention.append(.init(.notReady, of: vault.id, count: notReady))
        }
        if let undeleted, undeleted > 0 {
            attention.append(.init(.notDeleted, of: vault.id, count: undeleted, code: undeletedReason))
        }
        if let error { attention.append(.init(error.name, of: vault.id)) }
        return attention
    }

    /// What is worth knowing of the vault.
    fileprivate var notes: [String] {
        var notes: [String] = []
        if isSuperseded == true {
            notes.append("was superseded: a newer run has mirrored it since this one began")
        } else if outcome == .busy {
            notes.append("is being mirrored by another run")
        }
        if done.skipped > 0 { notes.append("\(done.skipped.counted("file")) cannot be stored") }
        if let lost, lost > 0 {
            notes.append("\(lost.counted("file")) missing from the store or changed there \(lost.was) fetched again")
        }
        if let strangers, strangers > 0 {
            notes.append(
                "\(strangers.counted("object")) in its folder \(strangers.belongs) to none of its files and \(strangers.was) left alone"
            )
        }
        if let notReady = listing?.notReady, notReady > 0 {
            notes.append("\(notReady.counted("item")) \(notReady.`is`) not ready at the source; later runs look again")
        }
        if error?.isPasswordMissing == true {
            notes.append("is not mirrored: it has no password in the secret; add it as vaults.\(vault.id).password")
        }
        if let undeleted, undeleted > 0 {
            let reason = undeletedReason.map { " (\($0))" } ?? ""
            notes.append(
                "\(undeleted.counted("file")) that \(undeleted.`is`) gone at the source could not be deleted\(reason); later runs "
                    + "try again"
            )
        }
        if let replaced, replaced.files * 2 > replaced.all {
            notes.append("\(replaced.files) of its \(replaced.all) files changed in this run, more than half")
        }
        if withheld > 0 {
            let set = held.map { " \($0.id)" } ?? ""
            notes.append(
                "\(withheld.counted("deletion")) \(withheld.was) held back; allow_deletions\(set) lets them pass"
            )
        }
        return notes.map { "vault \(vault.id)\(outcome == .busy ? "" : ":") \($0)" }
    }
}

extension RunState.LeftVault {
    fileprivate var note: String {
        "vault \(id): is not in the account any more; its mirror stays as it is (obsync forget \(id) ends this note)"
    }
}

extension RunState.VaultPlan.Outcome {
    fileprivate var shown: Summary.VaultOutcome.Outcome {
        switch self {
        case .open: .unfinished
        case .settled: .mirrored
        case .refused: .refused
        case .busy: .busy
        }
    }
}

extension Int {
    fileprivate var was: String { self == 1 ? "was" : "were" }
    var `is`: String { self == 1 ? "is" : "are" }
    fileprivate var belongs: String { self == 1 ? "belongs" : "belong" }
}

extension Duration {
    /// Such as `2m30s`.
    fileprivate var clockText: String {
        let seconds = max(0, wholeMilliseconds / 1000)
        return seconds >= 60 ? "\(seconds / 60)m\(seconds % 60)s" : "\(seconds)s"
    }
}
