import Testing

@testable import Downloading
@testable import SyncCore

@Suite("Which parts of an upload are open, under way and stored")
struct PartScheduleTests {
    private let plan = PartPlan(size: 50, partSize: 10)

    private func part(_ number: Int) -> UploadedPart {
        UploadedPart(number: number, etag: "etag", size: 10, checksum: nil)
    }

    @Test("parts are started in order, and no more at once than is said")
    func starts() {
        var schedule = PartSchedule(plan, stored: [])
        #expect(schedule.isIdle)
        #expect(schedule.next(limit: 2)?.number == 1)
        #expect(schedule.next(limit: 2)?.number == 2)
        #expect(schedule.next(limit: 2) == nil)
        schedule.note(part(1))
        #expect(schedule.next(limit: 2)?.number == 3)
        #expect(schedule.openCount == 4)
    }

    @Test("one may always be under way")
    func atLeastOne() {
        var schedule = PartSchedule(plan, stored: [])
        #expect(schedule.next(limit: 0)?.number == 1)
    }

    @Test("what an earlier call has stored is not started, and does not count as advance")
    func resumed() {
        var schedule = PartSchedule(plan, stored: [part(2), part(5), part(1)])
        #expect(schedule.next(limit: 9)?.number == 3)
        #expect(schedule.next(limit: 9)?.number == 4)
        #expect(schedule.next(limit: 9) == nil)
        #expect(schedule.advanced == 0)
        schedule.note(part(4))
        schedule.note(part(3))
        #expect(schedule.advanced == 2)
        #expect(schedule.isComplete)
        #expect(schedule.parts.map(\.number) == [1, 2, 3, 4, 5])
    }

    @Test("attempts at a part are counted, also when it was given up between")
    func attempts() {
        var schedule = PartSchedule(plan, stored: [])
        #expect(schedule.next(limit: 1)?.attempt == 1)
        #expect(schedule.again(1) == 2)
        #expect(!schedule.isIdle)
        schedule.giveUp(1)
        #expect(schedule.isIdle)
        #expect(!schedule.isComplete)
        let next = schedule.next(limit: 1)
        #expect(next?.number == 1)
        #expect(next?.attempt == 3)
    }

    @Test("what is given up altogether is open again")
    func givenUp() {
        var schedule = PartSchedule(plan, stored: [])
        for _ in 1...3 { _ = schedule.next(limit: 3) }
        schedule.note(part(2))
        schedule.giveUpAll()
        #expect(schedule.isIdle)
        #expect(schedule.openCount == 4)
    }

    @Test("an empty file has one part")
    func empty() {
        var schedule = PartSchedule(PartPlan(size: 0, partSize: 10), stored: [])
        #expect(schedule.next(limit: 4)?.number == 1)
        #expect(schedule.next(limit: 4) == nil)
    }
}
