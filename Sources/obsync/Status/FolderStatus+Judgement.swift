import Clocks
import SyncCore

extension FolderStatus {
    /// How long before its end a token that nobody renews is warned of.
    private static let tokenWarning: Duration = .seconds(3 * 24 * 3600)

    /// Decides whether somebody has to do something, and why.
    ///
    /// - Parameters:
    ///   - now: the time.
    ///   - maxAge: how old the last complete run of a vault may be; nil for any age.
    mutating func judge(now: Timestamp, maxAge: Duration?) {
        reasons = []
        if let run = lastRun, let error = run.error, run.status != "SUCCEEDED",
            !Advice.mayPass(SyncError.Name(rawValue: error))
        {
            reasons.append("the last run failed: \(run.message ?? error)")
        }
        reasons += heldBack
        for index in vaults.indices {
            let name = vaults[index].name.printable
            if let message = vaults[index].message, lastRun?.message != message {
                reasons.append("\(name) could not be listed: \(message)")
            }
            if vaults[index].hasLeft == true {
                reasons.append(
                    "\(name) is not in the account any more; its files stay, and "
                        + "obsync forget \(vaults[index].vaultID) --dest \(destination.shellQuoted) ends this note"
                )
            }
            if vaults[index].attentionCount > 0 {
                let count = vaults[index].attentionCount
                reasons.append("\(count.counted("file")) of \(name) \(count == 1 ? "is" : "are") not mirrored")
            }
            guard let maxAge, vaults[index].hasLeft != true, vaults[index].isForgotten != true else { continue }
            let age = vaults[index].ageSeconds.map { Duration.seconds($0) }
            vaults[index].isTooOld = age.map { $0 >= maxAge } ?? true
            guard vaults[index].isTooOld else { continue }
            let last = age.map { "was \($0.inWords) ago" } ?? "is still to come"
            reasons.append("the last complete run of \(name) \(last)")
        }
        if maxAge != nil, vaults.isEmpty { reasons.append("nothing was ever mirrored here") }
        judgeToken(now: now)
        needsPerson = !reasons.isEmpty
    }

    private mutating func judgeToken(now: Timestamp) {
        guard let token else { return }
        if let problem = token.problem { return reasons.append(problem) }
        guard !token.isRenewable, let end = token.expires.flatMap({ Timestamp(iso8601: $0) }) else { return }
        let left = now.duration(to: end)
        if left < .zero {
            reasons.append("the token has run out \((.zero - left).inWords) ago; sign in again: obsync login")
        } else if left < Self.tokenWarning {
            reasons.append("the token runs out in \(left.inWords); sign in again before: obsync login")
        }
    }
}
