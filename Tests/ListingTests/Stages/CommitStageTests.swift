import Clocks
import TestSupport
import TestWorld
import Testing

@testable import Listing
@testable import SyncCore

@Suite("Committing a vault's cursor")
struct CommitStageTests {
    @Test("the state says how far the listing reaches, by whom and when")
    func commits() async throws {
        let world = World.withNotes()
        var plan = world.stagePlan()
        plan.filter = PathFilter(exclude: ["*.tmp"])
        plan.listing?.records = 3
        var cursor = PassCursor()
        cursor.planned.files = 2
        #expect(try await CommitStage(try await world.stageContext()).commit(plan, cursor))
        let state = try #require(try await world.records.state(of: .notes))
        #expect(state.cursor == SourceCursor("7"))
        #expect((state.run, state.folder, state.records) == (.first, "Notes", 5))
        #expect(state.filter == PathFilter(exclude: ["*.tmp"]))
        #expect(state.completed == world.clock.now)
    }

    @Test("what was held back or refused keeps the cursor where it is")
    func stays() async throws {
        let world = World.withNotes()
        let stage = CommitStage(try await world.stageContext())
        _ = try await stage.commit(world.stagePlan(), PassCursor())
        let first = world.clock.now
        world.clock.advance(by: .seconds(100))
        var withheld = world.stagePlan()
        withheld.withheld = 4
        withheld.listing?.cursor = SourceCursor("9")
        #expect(try await !stage.commit(withheld, PassCursor()))
        var kept = PassCursor()
        kept.kept = 1
        var plan = world.stagePlan()
        plan.listing?.cursor = SourceCursor("9")
        #expect(try await !stage.commit(plan, kept))
        let state = try #require(try await world.records.state(of: .notes))
        #expect(state.cursor == SourceCursor("7"))
        #expect(state.committed == first)
    }

    @Test("a listing of what failed commits nothing")
    func failures() async throws {
        let world = World.withNotes()
        var plan = world.stagePlan()
        plan.listing = plan.listing?.ofFailures
        #expect(try await !CommitStage(try await world.stageContext()).commit(plan, PassCursor()))
        #expect(try await world.records.state(of: .notes) == nil)
    }
}
