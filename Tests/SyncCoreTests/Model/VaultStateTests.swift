import Clocks
import TestSupport
import Testing

@testable import SyncCore

@Suite("What is remembered of a vault")
struct VaultStateTests {
    private static let day: Int64 = 86_400_000
    private var state: VaultState {
        VaultState(folder: "Notes", epoch: "e@p", cursor: nil, run: .first, committed: Timestamp(milliseconds: 5))
    }

    private func noon(_ day: Int64) -> Timestamp { Timestamp(milliseconds: day * Self.day + Self.day / 2) }

    @Test("deletions add up by the day, and are forgotten after seven")
    func deletions() {
        var state = state
        state.noteDeletions(files: 0, bytes: 0, at: noon(100))
        #expect(state.deletions == nil)
        for day in [100, 100, 103, 106] as [Int64] { state.noteDeletions(files: 2, bytes: 30, at: noon(day)) }
        #expect(state.deletions?.map(\.day) == [100, 103, 106])
        #expect(state.deletions?.map(\.files) == [4, 2, 2])
        #expect(state.deletions?.map(\.bytes) == [60, 30, 30])
        state.noteDeletions(files: 0, bytes: 0, at: noon(107))
        #expect(state.deletions?.map(\.day) == [103, 106])
        state.noteDeletions(files: 0, bytes: 0, at: noon(113))
        #expect(state.deletions == nil)
    }

    @Test("the next state goes on with what is known of the vault, and nothing else")
    func goesOn() {
        var first = state
        (first.account, first.passwordSource, first.isForgotten) = ("account-1", "own", true)
        (first.term, first.records) = (7, 12)
        first.noteDeletions(files: 1, bytes: 2, at: noon(1))
        let next = VaultState(
            folder: "Notes",
            epoch: "f@p",
            cursor: nil,
            run: .second,
            committed: noon(1),
            previous: first
        )
        #expect(next.account == "account-1")
        #expect(next.passwordSource == "own")
        #expect((next.isForgotten, next.term, next.records) == (nil, 7, nil))
        #expect(next.deletions == first.deletions)
        #expect(next.form == .current)
    }
}
