import Clocks
import Synchronization
import TestSupport
import TestWorld
import Testing

@testable import Listing
@testable import SyncCore

@Suite("Taking groups apart")
struct GroupExpansionTests {
    private static let error = SyncError(.fileUnavailable, "this one cannot be had", reason: "HTTP-500")

    /// What the provider is asked, and what it answers.
    private final class Desk: Sendable {
        private struct State {
            var asked: [VaultPath: Int] = [:]
            var broken: [VaultPath: SyncError] = [:]
            var inFlight = 0
            var mostInFlight = 0
        }

        private let state = Mutex(State())

        func setBroken(_ broken: [VaultPath: SyncError]) { state.withLock { $0.broken = broken } }

        func asked(_ path: VaultPath) -> Int { state.withLock { $0.asked[path] ?? 0 } }

        var mostInFlight: Int { state.withLock { $0.mostInFlight } }

        func answer(_ group: Entry) async throws {
            let error = state.withLock { state in
                state.asked[group.path, default: 0] += 1
                state.inFlight += 1
                state.mostInFlight = max(state.mostInFlight, state.inFlight)
                return state.broken[group.path]
            }
            for _ in 0..<5 { await Task.yield() }
            state.withLock { $0.inFlight -= 1 }
            if let error { throw error }
        }
    }

    private static func path(_ number: Int) -> VaultPath {
        VaultPath("2026/" + String(repeating: "0", count: 3 - String(number).count) + String(number))
    }

    private func add(_ numbers: some Sequence<Int>, to world: World) {
        for number in numbers {
            let bytes = Array("clip \(number)".utf8)
            world.library.addGroup(Self.path(number), of: [("clip.mp4", bytes)], in: .notes)
        }
    }

    private func world(_ groups: Int, broken: [Int] = [], with error: SyncError = error) -> (World, Desk) {
        var world = World.withNotes()
        world.listing.batchSize = 10
        world.listing.batchesPerPage = 40
        add(1...groups, to: world)
        let desk = Desk()
        desk.setBroken(Dictionary(uniqueKeysWithValues: broken.map { (Self.path($0), error) }))
        world.library.setGroupHook { try await desk.answer($0) }
        return (world, desk)
    }

    private func own(_ number: Int, _ world: World) -> FileRecord? {
        world.records.files(of: .notes)[Self.path(number)]
    }

    @Test("three that can never be taken apart cost themselves only", arguments: [[20, 100, 190], [1, 2, 3]])
    func three(bad: [Int]) async throws {
        let (world, desk) = world(200, broken: bad)
        let error = await #expect(throws: SyncError.self) { try await world.run() }
        #expect(error?.name == .partialFailure)
        #expect(error?.message.hasPrefix("3 files could not be mirrored") == true)
        #expect(world.texts.count == 197)
        for number in bad {
            let record = try #require(own(number, world))
            #expect((record.status, record.isGroup, record.attempts) == (.failed, true, 1))
            #expect((record.lastError, record.reason) == ("FileUnavailable", "HTTP-500"))
            #expect(record.entry.kind == .group)
        }

        // Within an hour nobody asks for them again, and they are no failure of the runs to come.
        add(201...202, to: world)
        let second = try await world.run(.second)
        #expect(second.summary?.filesCount == 2)
        #expect((second.summary?.notMirrored, second.summary?.attentionCount) == (3, 3))
        #expect(bad.allSatisfy { desk.asked(Self.path($0)) == 1 })

        // After an hour they are tried once more, and then after two.
        world.clock.advance(by: .seconds(3600))
        try await world.run(.third)
        #expect(bad.allSatisfy { desk.asked(Self.path($0)) == 2 })
        #expect(bad.allSatisfy { own($0, world)?.attempts == 2 })
        world.clock.advance(by: .seconds(3600))
        try await world.run(try #require(RunID("run-4")))
        #expect(bad.allSatisfy { desk.asked(Self.path($0)) == 2 })

        desk.setBroken([:])
        world.clock.advance(by: .seconds(3600))
        let last = try await world.run(try #require(RunID("run-5")))
        #expect(last.summary?.filesCount == 3)
        #expect((last.summary?.notMirrored, last.summary?.attentionCount) == (0, 0))
        #expect(world.texts.count == 202)
        #expect(bad.allSatisfy { own($0, world)?.pendingSince == nil })
    }

    @Test("one that is gone at the source is skipped, and fails nothing")
    func gone() async throws {
        let (world, desk) = world(5, broken: [2], with: SyncError(.sourceGone, "gone"))
        #expect(try await world.run().next == .done)
        #expect(world.texts.count == 4)
        #expect((own(2, world)?.status, own(2, world)?.lastError) == (.skipped, "SourceGone"))
        try await world.run(.second)
        #expect(desk.asked(Self.path(2)) == 1)
        world.clock.advance(by: .seconds(3600))
        try await world.run(.third)
        #expect(desk.asked(Self.path(2)) == 2)
    }

    @Test("a redrive tries at once what failed in its run")
    func redrive() async throws {
        let (world, desk) = world(5, broken: [2])
        await #expect(throws: SyncError.self) { try await world.run() }
        await #expect(throws: SyncError.self) { try await world.run(redrives: 1) }
        #expect(desk.asked(Self.path(2)) == 2)
        desk.setBroken([:])
        #expect(try await world.run(redrives: 2).next == .done)
        #expect(world.texts.count == 5)
    }

    @Test("what a repeated call finds is what the first has found")
    func repeatedCall() async throws {
        let (world, desk) = world(60, broken: [7, 30])
        _ = try await world.authenticate("{}".asEvent)
        var input = ListInput(run: .first, request: SyncRequest())
        let page = try await world.list(input)
        let again = try await world.list(input)
        #expect(again.batches == page.batches)
        #expect(again.cursor == page.cursor)
        #expect(try PassCursor(encoded: page.cursor).failed == 2)
        #expect(desk.asked(Self.path(7)) == 1)
        for batch in page.batches { _ = try await world.download(batch) }
        input.cursor = page.cursor
        let error = await #expect(throws: SyncError.self) { try await world.list(input) }
        #expect(error?.message.hasPrefix("2 files") == true)
    }

    @Test(
        "a provider that has enough ends the page, and what was taken apart before is handed out",
        arguments: [SyncError.Name.throttled, .sourceUnavailable, .tokenExpired]
    )
    func cut(name: SyncError.Name) async throws {
        let (world, desk) = world(30, broken: [9], with: SyncError(name, "not now"))
        _ = try await world.authenticate("{}".asEvent)
        var input = ListInput(run: .first, request: SyncRequest())
        let page = try await world.list(input)
        #expect(page.next == .work)
        #expect(page.batches.reduce(0) { $0 + $1.files } == 8)
        input.cursor = page.cursor
        // Nothing is there that could be handed out: whoever waits has to know why.
        let error = await #expect(throws: SyncError.self) { try await world.list(input) }
        #expect(error?.name == name)
        #expect(own(9, world) == nil, "that says nothing of this one")
        desk.setBroken([:])
        let rest = try await world.list(input)
        #expect(rest.batches.reduce(0) { $0 + $1.files } == 22)
    }

    @Test("a token that dies while the first page is made, in every run, stops nothing")
    func dyingToken() async throws {
        let (world, desk) = world(40)
        for number in 1...4 {
            let asked = Mutex(0)
            let library = world.library
            world.library.setGroupHook { group in
                try await desk.answer(group)
                let count = asked.withLock { asked in
                    asked += 1
                    return asked
                }
                guard count == 6 else { return }
                library.expireTokens()
                throw SyncError(.tokenExpired, "the token is refused")
            }
            let outcome = try await world.run(try #require(RunID("night-\(number)")))
            #expect(outcome.next == .done)
            add((number * 100 + 1)...(number * 100 + 10), to: world)
        }
        #expect(world.texts.count == 70)
    }

    @Test("some are taken apart at once, and no more than is set", arguments: [1, 4])
    func atOnce(limit: Int) async throws {
        var (world, desk) = world(40)
        world.listing.groupsInFlight = limit
        try await world.run()
        #expect(desk.mostInFlight == limit)
        #expect((1...40).allSatisfy { desk.asked(Self.path($0)) == 1 })
    }

    @Test("what is gone from the listing is not waited for, and its folder is left alone")
    func vanished() async throws {
        let (world, _) = world(5, broken: [2])
        await #expect(throws: SyncError.self) { try await world.run() }
        world.library.change(.notes) { vault in vault.changes.removeAll { $0.path == Self.path(2) } }
        try await world.mirror.put(try ObjectKey("Notes/2026/002"), [1], ObjectAttributes(contentType: "text/plain"))
        var excusing = world
        excusing.excused = [.keys]
        try await excusing.run(.second, #"{"sync_type": "complete"}"#)
        #expect((own(2, world)?.status, own(2, world)?.pendingSince) == (.deleted, nil))
        #expect(world.texts.keys.contains("Notes/2026/002"))
    }
}
