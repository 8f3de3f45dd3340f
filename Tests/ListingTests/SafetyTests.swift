import Clocks
import TestSupport
import TestWorld
import Testing

@testable import Listing
@testable import SyncCore

@Suite("Nothing is lost, whatever goes wrong")
struct SafetyTests {
    private func synced(_ count: Int) async throws -> World {
        let world = World.withNotes()
        for number in 0..<count { world.write("text \(number)", to: "\(number).md") }
        try await world.run()
        return world
    }

    @Test(
        "a store that asks for fewer requests is asked again later, and nothing passes for missing",
        arguments: FaultyRecordStore.Operation.allCases,
        [false, true]
    )
    func throttled(operation: FaultyRecordStore.Operation, isComplete: Bool) async throws {
        let world = try await synced(5)
        world.delete("1.md")
        world.write("new", to: "new.md")
        world.recordFaults.replace { called, number in
            called == operation && number <= 3 ? .init(SyncError(.throttled, "slow down")) : nil
        }
        var input = ListInput(run: .second, request: SyncRequest())
        input.request.syncType = isComplete ? .complete : .incremental
        let first = try await world.list(input)
        let batch = try await StoredBatch(#require(first.batches.first).key, in: world.state)
        #expect(batch.entries.map(\.path.rawValue) == ["new.md"])
        world.recordFaults.replace(with: nil)
        _ = try await world.download(#require(first.batches.first), of: .second)
        world.recordFaults.replace { called, number in
            called == operation && number <= 3 ? .init(SyncError(.throttled, "slow down")) : nil
        }
        input.cursor = first.cursor
        #expect(try await world.list(input).next == .done)
        #expect(world.texts["Notes/1.md"] == nil)
        #expect(world.texts.count == 5)
    }

    @Test("where patience would outlast the deadline, the call fails and hands nothing out")
    func impatient() async throws {
        let world = try await synced(5)
        world.write("new", to: "new.md")
        world.recordFaults.replace { called, _ in
            called == .records ? .init(SyncError(.throttled, "slow down", retryAfter: .seconds(10))) : nil
        }
        let start = world.clock.now
        let error = await #expect(throws: SyncError.self) {
            try await world.list(ListInput(run: .second, request: SyncRequest()))
        }
        #expect(error?.name == .throttled)
        #expect(start.duration(to: world.clock.now) < .seconds(300))
        #expect(start.duration(to: world.clock.now) > .seconds(250))
    }

    @Test(
        "a run that loses its lease in the midst of a call writes and deletes nothing any more",
        arguments: [FaultyRecordStore.Operation.allRecords, .records],
        [false, true]
    )
    func lostLease(at operation: FaultyRecordStore.Operation, isDeleting: Bool) async throws {
        let world = try await synced(20)
        if isDeleting {
            for number in 0..<5 { world.delete("\(number).md") }
        } else {
            world.rename("1.md", to: "renamed.md")
            world.write("text 2", to: "2.md")
        }
        let (records, texts) = (world.records.files(of: .notes), world.texts)
        let later = world.clock.now.advanced(by: .seconds(7200))
        let request = operation == .allRecords ? #"{"sync_type": "complete"}"# : "{}"
        world.recordFaults.replace { called, _ in
            if called == operation { world.records.setLease(Lease(owner: .third, now: later), on: .notes) }
            return nil
        }
        let outcome = try await world.run(.second, request)
        #expect(outcome.next == .busy)
        #expect(world.records.files(of: .notes) == records)
        #expect(world.texts == texts)
        #expect(world.records.lease(on: .notes)?.owner == .third)
        #expect(try await world.records.state(of: .notes)?.run == .first)
    }

    @Test("a vault made anew under an old name gets a folder of its own, and the old one's files stay")
    func recreated() async throws {
        var world = try await synced(3)
        // The files of a vault that is gone stay, and nobody asks for their records any more.
        world.excused = [.keys]
        world.library.removeVault(.notes)
        world.library.addVault(Vault(id: .work, name: "Notes", epoch: "x"))
        world.write("W", to: "0.md", in: .work)
        for run in [RunID.second, .third] {
            try await world.run(run, #"{"options": {"switch_account": true}}"#)
            #expect(world.texts.count == 4)
            #expect(world.texts["Notes (work-id)/0.md"] == "W")
            #expect(world.texts["Notes/0.md"] == "text 0")
        }
    }

    @Test("a rename is copied only from an object that is what its record speaks of")
    func renameOfChangedObject() async throws {
        let world = try await synced(3)
        try await world.mirror.put(ObjectKey("Notes/1.md"), Array("other!".utf8), ObjectAttributes(contentType: ""))
        world.rename("1.md", to: "renamed.md")
        try await world.run(.second)
        #expect(world.texts["Notes/renamed.md"] == "text 1")
        #expect(world.texts.count == 3)
    }
}
