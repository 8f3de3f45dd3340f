import Clocks
import TestSupport
import Testing

@testable import Listing
@testable import SyncCore

@Suite("The end of a run, and its redrive")
struct RunStateEndsTests {
    private func plan(_ outcome: RunState.VaultPlan.Outcome, failed: Int = 0) -> RunState.VaultPlan {
        var plan = RunState.VaultPlan(vault: .notes, folder: "Notes")
        plan.outcome = outcome
        plan.failed = failed
        plan.term = 3
        plan.listing = .init(isSnapshot: true, entries: 5, unreadable: 0, cursor: SourceCursor("7"))
        if outcome == .refused { plan.error = .init(name: "VaultPasswordWrong", message: "the password does not fit") }
        return plan
    }

    private func run(_ plans: [RunState.VaultPlan]) -> RunState {
        RunState(run: .first, started: Timestamp(milliseconds: 0), vaults: plans)
    }

    private func end(_ plans: [RunState.VaultPlan]) -> String {
        do throws(SyncError) {
            return try run(plans).end().rawValue
        } catch {
            return error.description
        }
    }

    @Test("says what became of the vaults")
    func ends() {
        #expect(end([]) == "done")
        #expect(end([plan(.settled)]) == "done")
        #expect(end([plan(.busy), plan(.busy)]) == "busy")
        #expect(end([plan(.busy), plan(.settled)]) == "done")
        #expect(end([plan(.busy, failed: 2), plan(.settled)]) == "done", "that is the newer run's business")
        #expect(
            end([plan(.settled, failed: 2), plan(.refused)])
                == "PartialFailure: 2 files could not be mirrored in spite of more than one attempt, and 1 vault could not be "
                + "listed; every later run tries again"
        )
        #expect(end([plan(.settled), plan(.refused)]) == "VaultPasswordWrong: the password does not fit")
        #expect(
            end([plan(.refused), plan(.refused)])
                == "VaultPasswordWrong: the password does not fit (and 1 more vault could not be listed)"
        )
    }

    @Test("says what was not deleted, and passes by what only lacks a password where others are mirrored")
    func lesserFaults() {
        var undeleted = plan(.settled, failed: 3)
        undeleted.undeleted = 1
        #expect(
            end([undeleted])
                == "PartialFailure: 2 files could not be mirrored in spite of more than one attempt, and 1 file that is gone at "
                + "the source could not be deleted; every later run tries again"
        )
        var locked = plan(.open)
        locked.refuse(SyncError(.invalidConfiguration, "no password", detail: .passwordMissing))
        #expect(end([locked]) == "InvalidConfiguration: no password")
        #expect(end([plan(.settled), locked]) == "done")
        #expect(end([plan(.settled), locked, plan(.refused)]).hasPrefix("VaultPasswordWrong"))
    }

    @Test("a redrive opens what failed and what was refused, once")
    func redrive() {
        var run = run([plan(.settled, failed: 1), plan(.refused), plan(.settled), plan(.busy)])
        let isNew = run.noteRedrive(1, generation: 2)
        #expect(isNew)
        #expect(run.vaults.map(\.outcome) == [.open, .open, .settled, .busy])
        #expect(run.vaults[0].listing?.isOfFailures == true)
        #expect(run.vaults[0].term == 3)
        #expect(run.vaults[1].listing == nil, "it is listed anew")
        #expect((run.vaults[1].term, run.vaults[1].error == nil) == (nil, true))
        let redrive = Redrive(generation: 2, number: 1)
        #expect((run.redrive, run.reopened) == (redrive, redrive))
        let isRepeatedNew = run.noteRedrive(1, generation: 2)
        #expect(!isRepeatedNew, "the call may be repeated")
        let isNextNew = run.noteRedrive(2, generation: 2)
        #expect(isNextNew)
        #expect(run.reopened == redrive, "nothing is reopened while a vault is open")
        let isNoneNew = run.noteRedrive(0, generation: 2)
        #expect(!isNoneNew)
    }
}
