import Foundation
import Testing

@testable import GoProCloud

@Suite("walking the pages of a listing")
struct PageWalkStateMachineTests {
    private func ids(_ range: Range<Int>) -> [MediaID] {
        range.compactMap { MediaID(rawValue: "m\($0)") }
    }

    private func page(
        _ range: Range<Int>,
        of total: Int,
        per: Int = 50,
        errors: Bool = false,
        done: Bool = false
    )
        -> PageWalkStateMachine.Page
    {
        .init(total: total, perPage: per, ids: ids(range), hasErrors: errors, isAllDone: done)
    }

    @Test("page after page, until every medium was seen")
    func walks() {
        var walk = PageWalkStateMachine(stopsAtKnown: false)
        #expect(walk.first == .ask(page: 1, after: .zero))
        #expect(walk.received(page(0..<50, of: 120)) == .ask(page: 2, after: .zero))
        #expect(walk.received(page(50..<100, of: 120)) == .ask(page: 3, after: .zero))
        #expect(walk.received(page(100..<120, of: 120)) == .finish(.everything))
    }

    @Test("an empty library is complete")
    func empty() {
        var walk = PageWalkStateMachine(stopsAtKnown: true)
        #expect(walk.received(page(0..<0, of: 0, done: true)) == .finish(.everything))
    }

    @Test("a short page is asked for again with growing waits, and then given up")
    func short() {
        var walk = PageWalkStateMachine(stopsAtKnown: false)
        for seconds in [1, 2, 4, 8] {
            #expect(walk.received(page(0..<12, of: 120)) == .ask(page: 1, after: .seconds(seconds)))
        }
        #expect(walk.received(page(0..<12, of: 120)) == .giveUp)
    }

    @Test("a page that was short once starts with all its tries the next time")
    func shortOnce() {
        var walk = PageWalkStateMachine(stopsAtKnown: false)
        #expect(walk.received(page(0..<49, of: 60)) == .ask(page: 1, after: .seconds(1)))
        #expect(walk.received(page(0..<50, of: 60)) == .ask(page: 2, after: .zero))
        #expect(walk.received(page(50..<59, of: 60)) == .ask(page: 2, after: .seconds(1)))
        #expect(walk.received(page(50..<60, of: 60)) == .finish(.everything))
    }

    @Test("a page with errors is asked for again though it is full")
    func errors() {
        var walk = PageWalkStateMachine(stopsAtKnown: false)
        #expect(walk.received(page(0..<2, of: 2, errors: true)) == .ask(page: 1, after: .seconds(1)))
        #expect(walk.received(page(0..<2, of: 2)) == .finish(.everything))
    }

    @Test("a total that changes begins the walk anew")
    func totalChanges() {
        var walk = PageWalkStateMachine(stopsAtKnown: false)
        #expect(walk.received(page(0..<50, of: 60)) == .ask(page: 2, after: .zero))
        #expect(walk.received(page(49..<60, of: 61)) == .ask(page: 1, after: .seconds(1)))
        #expect(walk.seen.isEmpty)
        #expect(walk.received(page(0..<50, of: 61)) == .ask(page: 2, after: .zero))
        #expect(walk.received(page(50..<61, of: 61)) == .finish(.everything))
    }

    @Test("fewer media than the total begin the walk anew, and a library that never holds still is not complete")
    func moving() {
        var walk = PageWalkStateMachine(stopsAtKnown: false)
        for pause in [1, 2, 4, 8] {
            #expect(walk.received(page(0..<50, of: 100)) == .ask(page: 2, after: .zero))
            // One row came twice, so another was hidden.
            #expect(walk.received(page(49..<99, of: 100)) == .ask(page: 1, after: .seconds(pause)))
        }
        #expect(walk.received(page(0..<50, of: 100)) == .ask(page: 2, after: .zero))
        #expect(walk.received(page(49..<99, of: 100)) == .finish(.moving))
    }

    @Test("the service's own page size is believed")
    func pageSize() {
        var walk = PageWalkStateMachine(stopsAtKnown: false)
        #expect(walk.received(page(0..<30, of: 45, per: 30)) == .ask(page: 2, after: .zero))
        #expect(walk.received(page(30..<45, of: 45, per: 30)) == .finish(.everything))
    }

    @Test("a page on which everything is done ends an incremental walk, but no full one, and only when it is complete")
    func stops() {
        var walk = PageWalkStateMachine(stopsAtKnown: true)
        #expect(walk.received(page(0..<50, of: 500)) == .ask(page: 2, after: .zero))
        #expect(walk.received(page(50..<60, of: 500, done: true)) == .ask(page: 2, after: .seconds(1)))
        #expect(walk.received(page(50..<100, of: 500, done: true)) == .finish(.upToKnown))
        var full = PageWalkStateMachine(stopsAtKnown: false)
        #expect(full.received(page(0..<50, of: 500, done: true)) == .ask(page: 2, after: .zero))
    }

    @Test("whatever moves, a walk ends, and only a walk that saw all is complete")
    func random() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            var walk = PageWalkStateMachine(stopsAtKnown: false)
            var total = Int.random(in: 0...300, using: &generator)
            var action = walk.first
            var steps = 0
            while case .ask(let number, _) = action, steps < 1000 {
                steps += 1
                if Int.random(in: 0..<20, using: &generator) == 0 { total += 1 }
                let start = min(total, (number - 1) * 50)
                let cut = Int.random(in: 0..<10, using: &generator) == 0 ? 1 : 0
                action = walk.received(page(start..<max(start, min(total, start + 50) - cut), of: total))
            }
            #expect(steps < 1000)
            if action == .finish(.everything) { #expect(walk.seen.count == total) }
        }
    }

    @Test("a walk that is kept goes on as if nothing had been")
    func kept() throws {
        var walk = PageWalkStateMachine(stopsAtKnown: false)
        _ = walk.received(page(0..<50, of: 120))
        _ = walk.received(page(50..<90, of: 120))
        var kept = try JSONDecoder().decode(PageWalkStateMachine.self, from: JSONEncoder().encode(walk))
        #expect(kept.first == .ask(page: 2, after: .zero))
        #expect(kept.received(page(50..<90, of: 120)) == .ask(page: 2, after: .seconds(2)))
        #expect(kept.received(page(50..<100, of: 120)) == .ask(page: 3, after: .zero))
        #expect(kept.received(page(100..<120, of: 120)) == .finish(.everything))
    }
}
