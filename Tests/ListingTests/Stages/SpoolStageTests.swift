import TestSupport
import TestWorld
import Testing

@testable import Listing
@testable import SyncCore

@Suite("Spooling the listing of a vault")
struct SpoolStageTests {
    private func notes() -> World {
        let world = World.withNotes(["a.md": "A", "b.md": "B", "c.md": "C", "d.md": "D", "e.md": "E"])
        world.library.setFaults { $0.listsInStretches = true }
        return world
    }

    /// Calls the lister without any time until it hands something out.
    private func spool(
        _ world: World,
        _ call: (Int) async throws -> Void = { _ in }
    ) async throws -> (calls: Int, last: ListOutput) {
        _ = try await world.authenticate("{}".asEvent)
        var input = ListInput(run: .first, request: SyncRequest())
        var calls = 0
        while calls < 20 {
            calls += 1
            try await call(calls)
            // The fifth has all the time there is.
            let output: ListOutput
            do {
                output = try await world.list(input, deadline: calls < 5 ? world.clock.now : nil)
            } catch let error as SyncError where error.isRetryable {
                continue
            }
            #expect(output.next == .work)
            if !output.batches.isEmpty { return (calls, output) }
            input.cursor = output.cursor
        }
        throw SyncError(.protocolChanged, "nothing is handed out")
    }

    @Test("what there is no time for goes on in the next call: a listing of five calls")
    func stretches() async throws {
        let world = notes()
        let (calls, last) = try await spool(world)
        #expect(calls == 5)
        #expect(last.batches.map(\.files) == [5])
        let left = world.state.objects.keys.map(\.rawValue).filter { $0.contains("sorting") || $0.contains("listing") }
        #expect(left.isEmpty)
        #expect(world.library.sessions == 5)
    }

    @Test("a run that is spooled in stretches mirrors, deletes and commits as any other")
    func wholeRun() async throws {
        var world = notes()
        world.listing.brake.fewest = 1000
        try await world.run(.second)
        world.delete("b.md")
        world.write("C2", to: "c.md")
        let (_, last) = try await spool(world)
        #expect(last.batches.map(\.files) == [1])
        // The run before was given up, and keeps its lease until it runs out.
        world.clock.advance(by: .seconds(3600))
        try await world.run(.third, #"{"sync_type": "complete"}"#)
        #expect(world.texts == ["Notes/a.md": "A", "Notes/c.md": "C2", "Notes/d.md": "D", "Notes/e.md": "E"])
    }

    @Test("a stretch that is not kept is read again", arguments: 1...4)
    func lostStretch(number: Int) async throws {
        let world = notes()
        let (calls, last) = try await spool(world) { call in
            world.stateFaults.replace { operation, _ in
                guard call == number, case .put = operation else { return nil }
                return .init(SyncError(.storeUnavailable, "a fault"), afterDoing: false)
            }
        }
        #expect(calls == 5)
        #expect(last.batches.map(\.files) == [5])
    }

    @Test("where the record of what was spooled is gone, the listing begins anew")
    func forgotten() async throws {
        let world = notes()
        let key = try KeyMapping.openListing(vault: .notes, run: .first)
        let (_, last) = try await spool(world) { call in
            if call == 4 { _ = try await world.state.delete([key]) }
        }
        #expect(last.batches.map(\.files) == [5])
    }

    @Test("a provider that gives its listing in one piece needs the time for it, and says so")
    func onePiece() async throws {
        let world = World.withNotes()
        for number in 0...1000 { world.write("text", to: "\(number).md") }
        let error = await #expect(throws: SyncError.self) { _ = try await spool(world) }
        #expect(error?.name == .invalidConfiguration)
        #expect(error?.message.contains("raise the timeout of the lister") == true)
        try await world.run(.second)
        #expect(world.texts.count == 1001)
    }
}
