import TestSupport
import Testing

@testable import SyncCore

@Suite("Nothing is lost, whatever goes wrong")
struct SafetyTests {
    private func synced(_ count: Int) async throws -> World {
        let world = World.withNotes()
        for number in 0..<count { world.write("text \(number)", to: "\(number).md") }
        try await world.run()
        return world
    }

    @Test("a listing that is cut at any place changes nothing", arguments: 0...6, [false, true])
    func cutListing(position: Int, isComplete: Bool) async throws {
        let world = try await synced(5)
        let (records, texts) = (world.records.files(of: .notes), world.texts)
        world.delete("0.md")
        for number in 5..<10 { world.write("text \(number)", to: "\(number).md") }
        world.library.setFaults { $0.cutListingAfter = position }
        let request = isComplete ? #"{"sync_type": "complete"}"# : "{}"
        await #expect(throws: SyncError.self) { try await world.run(.second, request) }
        #expect(world.records.files(of: .notes) == records)
        #expect(world.texts == texts)
        #expect(try await world.records.state(of: .notes)?.run == .first)
    }

    @Test("an empty listing after a full one deletes nothing")
    func emptyListing() async throws {
        let world = try await synced(30)
        world.library.change(.notes) { $0.changes = [] }
        let outcome = try await world.run(.second, #"{"sync_type": "complete"}"#)
        #expect(world.texts.count == 30)
        #expect(outcome.summary?.errors.first?.contains("30 deletions were held back") == true)
    }

    @Test("where 60 % of a vault are gone, they stay until somebody lets them go", arguments: [false, true])
    func mostGone(isComplete: Bool) async throws {
        let world = try await synced(300)
        if isComplete {
            world.library.change(.notes) { vault in
                vault.changes.removeAll { $0.version <= 180 }
            }
        } else {
            for number in 0..<180 { world.delete("\(number).md") }
        }
        let type = isComplete ? #""sync_type": "complete""# : #""sync_type": "incremental""#
        let outcome = try await world.run(.second, "{\(type)}")
        #expect(world.texts.count == 300)
        #expect(outcome.summary?.errors.first?.contains("180 deletions were held back") == true)
        let allowed = try await world.run(.third, #"{\#(type), "options": {"allow_deletions": true}}"#)
        #expect(allowed.summary?.metadata["deleted"] == "180")
        #expect(world.texts.count == 120)
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

    @Test("of two listers at once one does the work, and the other steps back")
    func twoListers() async throws {
        let world = World.withNotes(["a.md": "A", "b.md": "B"])
        _ = try await world.authenticate("{}".asEvent)
        async let first = world.list(ListInput(run: .first, request: SyncRequest()))
        async let second = world.list(ListInput(run: .second, request: SyncRequest()))
        let outputs = try await [first, second]
        #expect(Set(outputs.map(\.next)) == [.work, .busy])
        #expect(outputs.flatMap(\.batches).count == 1)
    }

    @Test("an expired lease is taken over, but not within the minute that clocks may differ")
    func expired() async throws {
        let world = World.withNotes(["a.md": "A"])
        _ = try await world.authenticate("{}".asEvent)
        _ = try await world.list(ListInput(run: .first, request: SyncRequest()))
        world.clock.advance(by: Lease.lifetime + .seconds(50))
        #expect(try await world.list(ListInput(run: .second, request: SyncRequest())).next == .busy)
        world.clock.advance(by: .seconds(20))
        #expect(try await world.list(ListInput(run: .third, request: SyncRequest())).next == .work)
    }

    @Test("a vault made anew under an old name gets a folder of its own, and the old one's files stay")
    func recreated() async throws {
        let world = try await synced(3)
        world.library.removeVault(.notes)
        world.library.addVault(Vault(id: .work, name: "Notes", epoch: "x"))
        world.write("W", to: "0.md", in: .work)
        for run in [RunID.second, .third] {
            try await world.run(run)
            #expect(world.texts.count == 4)
            #expect(world.texts["Notes (work-id)/0.md"] == "W")
            #expect(world.texts["Notes/0.md"] == "text 0")
        }
    }

    @Test("progress is forgotten a day after the end; then the records tell when the vault was last mirrored")
    func progress() async throws {
        let world = try await synced(3)
        let sessions = world.library.sessions
        var input = ListInput(run: .second, request: SyncRequest())
        input.request.action = .status
        input.request.vaultIDs = [.notes, .work]
        let fresh = try #require(try await world.list(input).summary).metadata
        #expect(fresh["notes-id.state"] == "completed")
        #expect(fresh["notes-id.files"] == "3/3")
        #expect(fresh["work-id.state"] == "unknown")
        world.clock.advance(by: .seconds(25 * 3600))
        let old = try #require(try await world.list(input).summary).metadata
        #expect(old["notes-id.state"] == "idle")
        #expect(old["notes-id.last_synced"] == fresh["notes-id.last_synced"])
        #expect(world.library.sessions == sessions, "the provider is not asked")
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
