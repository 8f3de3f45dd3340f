import Foundation
import SyncCore

/// The work of `obsync watch`: a run over everything, then one for each change and one every so often.
struct Watch: Sendable {
    /// The runs; each takes the folder's lock for itself.
    let run: LocalRun
    let changes: PlaceChanges
    /// Ids or names; empty for all.
    let vaults: [String]
    let options: RunOptions
    let every: Duration
    let tell: @Sendable (String) -> Void

    /// How long changes are gathered that come together, as those of one device do.
    static let gathering: Duration = .seconds(2)
    /// How soon a run that failed for a reason that may pass is tried again.
    private static let patience: Duration = .seconds(60)

    /// Goes on until the task is cancelled.
    ///
    /// - Throws: what keeps the first run from being done at all, such as a wrong option; later failures are told.
    func callAsFunction() async throws {
        var wanted: [String?] = vaults.isEmpty ? [nil] : vaults
        var isFirst = true
        var told: [VaultID: SourceCursor] = [:]
        while true {
            var isDone = true
            for vault in wanted {
                do {
                    report(try await run.run(vault: vault, options), isFirst)
                } catch let error where !isFirst || Self.mayPass(error) {
                    if Task.isCancelled { throw error }
                    isDone = false
                    StandardStreams.error("\(now): \(Self.text(of: error))")
                }
            }
            if isFirst { ServiceManager.notify("READY=1") }
            isFirst = false
            ServiceManager.notify("STATUS=waiting for changes, last looked at \(now)")
            let limit = isDone ? every : min(every, Self.patience)
            if let (vault, cursor) = try await changes.next(of: vaults, besides: told, within: limit) {
                // A change that a run leaves undone, such as deletions that it holds back, is told once.
                told[vault] = cursor
                wanted = [vault.rawValue]
                try await Task.sleep(for: Self.gathering)
            } else {
                told = [:]
                wanted = vaults.isEmpty ? [nil] : vaults
            }
        }
    }

    private var now: String { Date().formatted(.iso8601) }

    private func report(_ summary: Summary, _ isFirst: Bool) {
        let deleted = summary.vaults.reduce(0) { $0 + $1.deleted }
        guard isFirst || summary.filesCount > 0 || deleted > 0 || !summary.success else { return }
        tell("\(now): \(summary.message)" + (deleted > 0 ? ", \(deleted) deleted" : ""))
        for line in summary.attentionLines { tell(line) }
    }

    /// Whether a run that failed so may succeed later without anybody's doing.
    private static func mayPass(_ error: any Error) -> Bool {
        switch error {
        case let failed as FailedRun: Advice.mayPass(failed.error.name) || failed.error.name == .partialFailure
        case let error as SyncError: Advice.mayPass(error.name)
        default: false
        }
    }

    private static func text(of error: any Error) -> String {
        switch error {
        case let failed as FailedRun: "\(failed.error)"
        case let error as SyncError: error.description
        default: "\(error)"
        }
    }
}
