import SyncCore

extension RunState {
    /// After a redrive, what failed in this run gets new rounds, and refused vaults a new chance.
    ///
    /// - Parameters:
    ///   - redrives: how often the execution was redriven.
    ///   - generation: executions before this one.
    /// - Returns: whether the redrive is new.
    mutating func noteRedrive(_ redrives: Int, generation: Int) -> Bool {
        let new = Redrive(generation: generation, number: redrives)
        guard redrives > 0, redrive != new else { return false }
        redrive = new
        // The cursor of the call that failed lies at or before the end; only a call from the end is reopened.
        if !vaults.contains(where: { $0.outcome == .open }) {
            for index in vaults.indices { vaults[index].reopen() }
            reopened = redrive
        }
        return true
    }

    /// Where the run goes when every vault is done.
    ///
    /// - Throws: `PartialFailure` where files failed; the error of the first vault that was passed over.
    func end() throws(SyncError) -> ListOutput.Next {
        if !vaults.isEmpty, vaults.allSatisfy({ $0.outcome == .busy }) { return .busy }
        // What failed in a vault that a newer run has had since is the newer run's business.
        let failed = vaults.reduce(0) { $0 + ($1.outcome == .busy ? 0 : $1.failed) }
        let refused = vaults.count { $0.outcome == .refused }
        if failed > 0 { throw partialFailure(failed, refused: refused) }
        // Where others are mirrored, a vault that nobody gave the password of only needs attention.
        let isMirroring = vaults.contains { $0.outcome == .settled }
        let problems = vaults.compactMap(\.error)
        guard let problem = problems.first(where: { !isMirroring || $0.isPasswordMissing != true }) else {
            return .done
        }
        throw SyncError(
            problem.name,
            refused == 1
                ? problem.message
                : "\(problem.message) (and \((refused - 1).counted("more vault")) could not be listed)"
        )
    }

    private func partialFailure(_ failed: Int, refused: Int) -> SyncError {
        let undeleted = vaults.reduce(0) { $0 + ($1.outcome == .busy ? 0 : min($1.undeleted ?? 0, $1.failed)) }
        var parts: [String] = []
        if failed > undeleted {
            let files = (failed - undeleted).counted("file")
            parts.append("\(files) could not be mirrored in spite of more than one attempt")
        }
        if undeleted > 0 {
            parts.append("\(undeleted.counted("file")) that \(undeleted.`is`) gone at the source could not be deleted")
        }
        if refused > 0 { parts.append("\(refused.counted("vault")) could not be listed") }
        return SyncError(.partialFailure, parts.joined(separator: ", and ") + "; every later run tries again")
    }
}

extension RunState.VaultPlan {
    fileprivate mutating func reopen() {
        switch outcome {
        case .refused:
            // It is listed anew, so it is no matter which run has had it since.
            outcome = .open
            (listing, stretches, error, term) = (nil, nil, nil, nil)
        case .settled where failed > 0:
            outcome = .open
            listing = listing?.ofFailures
        default:
            break
        }
    }
}
