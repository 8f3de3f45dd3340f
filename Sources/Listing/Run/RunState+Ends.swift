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
        if failed > 0 {
            throw SyncError(
                .partialFailure,
                "\(failed.counted("file")) could not be mirrored in spite of more than one attempt"
                    + (refused > 0 ? ", and \(refused.counted("vault")) could not be listed" : "")
                    + "; every later run tries again"
            )
        }
        guard let problem = vaults.lazy.compactMap(\.error).first else { return .done }
        throw SyncError(
            problem.name,
            refused == 1
                ? problem.message
                : "\(problem.message) (and \((refused - 1).counted("more vault")) could not be listed)"
        )
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
