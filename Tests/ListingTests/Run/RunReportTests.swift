import Clocks
import TestSupport
import Testing

@testable import Listing
@testable import SyncCore

@Suite("What became of a run")
struct RunReportTests {
    private func run(_ change: (inout RunState.VaultPlan) -> Void = { _ in }) -> RunState {
        var plan = RunState.VaultPlan(vault: .notes, folder: "Notes")
        plan.outcome = .settled
        plan.done = .init(files: 3, bytes: 50, skipped: 1)
        plan.deleted = 2
        change(&plan)
        return RunState(run: .first, started: Timestamp(milliseconds: 0), vaults: [plan])
    }

    private func summary(_ run: RunState) -> Summary {
        RunReport(run, now: Timestamp(milliseconds: 90_000)).summary(.incremental)
    }

    @Test("adds up what the vaults say")
    func adds() {
        let summary = summary(run())
        #expect(summary.message == "Synced 1 vault with 3 files")
        #expect((summary.filesCount, summary.vaultsSynced) == (3, [.notes]))
        #expect((summary.metadata["bytes"], summary.metadata["deleted"]) == ("50", "2"))
        #expect(summary.attention.isEmpty)
    }

    @Test("says that another run had the vaults, or has had them since")
    func busy() {
        #expect(summary(run { $0.outcome = .busy }).message == "Another run is mirroring these vaults")
        let superseded = run { $0.leave(superseded: true) }
        #expect(summary(superseded).message.hasPrefix("Superseded"))
    }

    @Test("says what needs somebody's attention")
    func attention() {
        var run = run { $0.withheld = 40 }
        run.left = [.init(id: .work, name: "Work")]
        let summary = summary(run)
        #expect(summary.attention.map(\.reason).contains("DeletionsWithheld"))
        #expect(summary.attention.map(\.reason).contains("VaultLeft"))
        #expect(summary.attentionCount == summary.attention.count)
    }

    @Test("says why files could not be deleted, which vault has no password, and that most of a vault has changed")
    func notes() {
        let undeleted = summary(
            run {
                $0.undeleted = 2
                $0.undeletedReason = "EPERM"
            }
        )
        #expect(undeleted.attention.first.map { [$0.reason, $0.code] } == ["NotDeleted", "EPERM"])
        #expect(
            undeleted.notes.contains { $0.contains("2 files that are gone at the source could not be deleted (EPERM)") }
        )
        let locked = summary(
            run { $0.refuse(SyncError(.invalidConfiguration, "no password", detail: .passwordMissing)) }
        )
        #expect(locked.attention.map(\.reason) == ["InvalidConfiguration"])
        #expect(locked.notes.contains { $0.contains("has no password in the secret") })
        for (replaced, isSaid) in [(11, true), (10, false)] {
            let changed = summary(run { $0.replaced = .init(files: replaced, all: 20) })
            #expect(changed.notes.contains { $0.contains("of its 20 files changed in this run") } == isSaid)
        }
    }

    @Test("of a run that failed it is as whole, and names the error")
    func failure() {
        let error = SyncError(.partialFailure, "2 files could not be mirrored")
        let summary = RunReport(run { $0.failed = 2 }, now: Timestamp(milliseconds: 1)).summary(ofFailure: error)
        #expect(!summary.success)
        #expect((summary.failed, summary.filesCount) == (2, 3))
        #expect(summary.metadata["error"] == "PartialFailure")
        #expect(summary.errors == ["PartialFailure: 2 files could not be mirrored"])
    }
}
