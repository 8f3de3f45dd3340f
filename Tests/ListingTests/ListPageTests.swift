import Clocks
import TestSupport
import TestWorld
import Testing

@testable import Listing
@testable import SyncCore

@Suite("A page of the lister")
struct ListPageTests {
    @Test("a first run lists everything, stores it and commits")
    func firstRun() async throws {
        let world = World.withNotes(["a.md": "A", "sub/b.md": "B"])
        world.library.makeFolder(VaultPath("sub"), in: .notes)
        let outcome = try await world.run()
        #expect(outcome.next == .done)
        #expect(world.texts == ["Notes/a.md": "A", "Notes/sub/b.md": "B"])
        let summary = try #require(outcome.summary)
        #expect(summary.success)
        #expect(summary.message == "Synced 1 vault with 2 files")
        #expect(summary.vaultsSynced == [.notes])
        #expect(summary.notes.isEmpty)
        #expect(summary.metadata["bytes"] == "2")
        let state = try #require(try await world.records.state(of: .notes))
        #expect(state.cursor == SourceCursor("3"))
        #expect(state.folder == "Notes")
        #expect(state.run == .first)
        #expect(world.records.lease(on: .notes) == nil)
        #expect(try await world.records.progress(of: .notes)?.phase == .completed)
    }

    @Test("a second run fetches what changed and nothing else")
    func incremental() async throws {
        let world = World.withNotes(["a.md": "A", "b.md": "B", "c.md": "C"])
        try await world.run()
        world.write("B2", to: "b.md")
        world.delete("c.md")
        let outcome = try await world.run(.second)
        #expect(outcome.summary?.filesCount == 1)
        #expect(outcome.summary?.metadata["deleted"] == "1")
        #expect(world.library.contentsSent == 4)
        #expect(world.texts == ["Notes/a.md": "A", "Notes/b.md": "B2"])
    }

    @Test("nothing happens twice when the same cursor is handed in again")
    func sameCursorSamePage() async throws {
        var world = World.withNotes()
        world.listing.batchSize = 2
        world.listing.batchesPerPage = 2
        for number in 1...7 { world.write("text", to: "\(number).md") }
        _ = try await world.authenticate("{}".asEvent)
        let first = try await world.list(ListInput(run: .first, request: SyncRequest()))
        let again = try await world.list(ListInput(run: .first, request: SyncRequest()))
        #expect(first == again)
        #expect(first.next == .work)
        #expect(first.batches.map(\.files) == [2, 2])
        #expect(first.batches.map(\.number) == [1, 2])
        #expect(first.maxConcurrent == 3)
        _ = try await world.download(first.batches[0])
        let rest = try await world.list(ListInput(run: .first, request: SyncRequest()))
        #expect(rest.batches.map(\.files) == [2], "what is left of the page")
        #expect(rest.batches.map(\.number) == [1])
    }

    @Test(
        "what was asked for limits the batches that run at once",
        arguments: [(nil, 3), (1, 1), (40, 5)] as [(Int?, Int)]
    )
    func concurrency(asked: Int?, given: Int) async throws {
        let world = World.withNotes(["a.md": "A"])
        _ = try await world.authenticate("{}".asEvent)
        var request = SyncRequest()
        request.options.maxConcurrent = asked
        let output = try await world.list(ListInput(run: .first, request: request))
        #expect(output.maxConcurrent == given)
    }

    @Test("a vault that nobody knows is refused before anything is done")
    func unknownVault() async throws {
        let world = World.withNotes(["a.md": "A"])
        let error = await #expect(throws: SyncError.self) { try await world.run(.first, #"{"vault_id": "other"}"#) }
        #expect(error?.name == .invalidInput)
        #expect(error?.message.contains("other") == true)
        #expect(world.mirror.objects.isEmpty)
    }

    @Test("only the vaults that were asked for are mirrored")
    func askedVaults() async throws {
        let world = World.withNotes(["a.md": "A"])
        world.library.addVault(Vault(id: .work, name: "Work", epoch: "epoch-1"))
        world.write("W", to: "w.md", in: .work)
        let outcome = try await world.run(.first, #"{"vault_id": "work-id"}"#)
        #expect(outcome.summary?.vaultsSynced == [.work])
        #expect(world.texts == ["Work/w.md": "W"])
    }

    @Test("a refused vault is passed over, and reported when the others are done")
    func refusedVault() async throws {
        let world = World.withNotes(["a.md": "A"])
        world.library.addVault(Vault(id: .work, name: "Work", epoch: "epoch-1"))
        world.write("W", to: "w.md", in: .work)
        world.library.change(.notes) { $0.refusal = SyncError(.vaultPasswordWrong, "the password does not fit") }
        let error = await #expect(throws: SyncError.self) { try await world.run() }
        #expect(error?.name == .vaultPasswordWrong)
        #expect(world.texts == ["Work/w.md": "W"])
        #expect(world.records.lease(on: .notes) == nil)
        #expect(try await world.records.progress(of: .notes)?.phase == .failed)

        world.library.change(.notes) { $0.refusal = nil }
        let redriven = try await world.run(redrives: 1)
        #expect(redriven.next == .done)
        #expect(world.texts == ["Notes/a.md": "A", "Work/w.md": "W"])
    }

    @Test("a vault that another run holds is left alone")
    func busy() async throws {
        let world = World.withNotes(["a.md": "A"])
        let now = world.clock.now
        _ = try await world.records.acquireLease(Lease(owner: .second, now: now), on: .notes, now: now)
        let outcome = try await world.run()
        #expect(outcome.next == .busy)
        #expect(outcome.summary?.success == true)
        #expect(outcome.summary?.vaultsSynced == [])
        #expect(world.mirror.objects.isEmpty)
        #expect(world.records.lease(on: .notes)?.owner == .second)
        world.clock.advance(by: Lease.lifetime + Lease.clockSkew + .seconds(1))
        #expect(try await world.run(.third).next == .done)
    }

    @Test("a lease is given back although the answer to that was lost")
    func leaseIsGivenBack() async throws {
        let world = World.withNotes(["a.md": "A"])
        world.recordFaults.replace { operation, number in
            operation == .releaseLease && number == 1 ? .init(SyncError(.storeUnavailable, "no")) : nil
        }
        try await world.run()
        #expect(world.records.lease(on: .notes) == nil)
    }

    @Test("a cursor that the lister did not make is refused", arguments: ["", "?", "bm90IEpTT04=", "eyJ2IjoyfQ=="])
    func foreignCursor(cursor: String) async throws {
        let world = World.withNotes()
        let error = await #expect(throws: SyncError.self) {
            try await world.list(ListInput(run: .first, request: SyncRequest(), cursor: cursor))
        }
        #expect(error?.name == .invalidInput)
        #expect(error?.message.contains("cursor") == true)
    }

    @Test("a history that grows long is continued by a successor of a name that stays the same")
    func continues() async throws {
        var world = World.withNotes()
        world.listing.batchSize = 1
        world.listing.batchesPerPage = 1
        world.listing.eventLimit = 60
        for number in 1...8 { world.write("text \(number)", to: "\(number).md") }
        _ = try await world.authenticate("{}".asEvent)
        var input = ListInput(run: .first, request: SyncRequest())
        var successors: [String] = []
        while successors.isEmpty {
            let output = try await world.list(input)
            try #require(output.next == .work || output.next == .continue)
            if output.next == .continue {
                #expect(output.batches.isEmpty)
                #expect(try await world.list(input) == output)
                successors.append(output.successor)
            }
            for batch in output.batches { _ = try await world.download(batch) }
            input.cursor = output.cursor
        }
        #expect(successors == ["run-1-c1"])
        #expect(try await world.run(.second).next == .busy)
        let outcome = try await world.run()
        #expect(outcome.next == .done)
        #expect(world.texts.count == 8)
    }

    @Test("a deadline cuts the page, and the run goes on where it was cut")
    func deadline() async throws {
        var world = World.withNotes()
        world.listing.batchSize = 10
        world.listing.readsInFlight = 1
        for number in 1...250 { world.write("text \(number)", to: "\(number).md") }
        _ = try await world.authenticate("{}".asEvent)
        var input = ListInput(run: .first, request: SyncRequest())
        let cut = try await world.list(input, deadline: world.clock.now)
        #expect(cut.next == .work)
        #expect(cut.batches.reduce(0) { $0 + $1.files } == 100)
        input.cursor = cut.cursor
        let second = try await world.list(input, deadline: world.clock.now)
        #expect(second.batches.first?.number == 11)
        #expect(second.batches.reduce(0) { $0 + $1.files } == 100)
        input.cursor = second.cursor
        let third = try await world.list(input)
        #expect(third.batches.reduce(0) { $0 + $1.files } == 50)
    }

    @Test("status is answered from the records alone")
    func status() async throws {
        let world = World.withNotes(["a.md": "A", "b.md": "BB"])
        try await world.run()
        world.library.expireTokens()
        let sessions = world.library.sessions
        let outcome = try await world.run(.second, #"{"type": "status", "vault_ids": ["notes-id", "never"]}"#)
        let summary = try #require(outcome.summary)
        #expect(summary.vaultsSynced == [.notes])
        #expect(summary.filesCount == 2)
        #expect(summary.metadata["notes-id.state"] == "completed")
        #expect(summary.metadata["notes-id.files"] == "2/2")
        #expect(summary.metadata["notes-id.bytes"] == "3/3")
        #expect(summary.metadata["notes-id.updated"] == "2026-11-21T04:30:00Z")
        #expect(summary.metadata["never.state"] == "unknown")
        #expect(world.library.sessions == sessions)
    }

    @Test("vaults of one name get folders of their own")
    func sameNames() async throws {
        let world = World.withNotes(["a.md": "A"])
        world.library.addVault(Vault(id: .work, name: "Notes", epoch: "epoch-1"))
        world.write("W", to: "a.md", in: .work)
        try await world.run()
        #expect(world.texts == ["Notes (notes-id)/a.md": "A", "Notes (work-id)/a.md": "W"])
    }

    @Test("a vault keeps its folder when it is renamed, and nobody else gets it")
    func renamedVault() async throws {
        let world = World.withNotes(["a.md": "A"])
        try await world.run()
        world.library.change(.notes) { $0.vault = Vault(id: .notes, name: "Diary", epoch: "epoch-1") }
        world.library.addVault(Vault(id: .work, name: "Notes", epoch: "epoch-1"))
        world.write("W", to: "a.md", in: .work)
        world.write("B", to: "b.md")
        try await world.run(.second)
        #expect(world.texts == ["Notes/a.md": "A", "Notes/b.md": "B", "Notes (work-id)/a.md": "W"])
    }

    @Test("a redrive whose first call fails half-way still gives failed files new rounds")
    func redriveAfterLostAnswer() async throws {
        let world = World.withNotes(["a.md": "A", "bad.md": "B"])
        world.library.setFaults { $0.corruptions[VaultPath("bad.md")] = [1] }
        let error = await #expect(throws: SyncError.self) { try await world.run() }
        #expect(error?.name == .partialFailure)
        world.library.setFaults { $0 = .init() }
        // The call that reopens the run writes the plan, and then cannot read what is pending.
        world.recordFaults.replace { operation, number in
            operation == .pendingRecords && number == 1 ? .init(SyncError(.storeUnavailable, "no")) : nil
        }
        #expect(try await world.run(redrives: 1).next == .done)
        #expect(world.texts == ["Notes/a.md": "A", "Notes/bad.md": "B"])
    }
}
