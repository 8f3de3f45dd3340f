import Downloading
import TestSupport
import TestWorld
import Testing

@testable import Listing
@testable import SyncCore

/// Runs that come back after a newer one.
@Suite("A run that a newer one has superseded")
struct SupersededRunTests {
    /// The first run of a world, of which the first page is worked off and nothing else.
    private func begun(_ files: Int, work: [String] = []) async throws -> World {
        var world = World.withNotes(Dictionary(uniqueKeysWithValues: (0..<files).map { ("\($0).md", "text \($0)") }))
        if !work.isEmpty { world.library.addVault(Vault(id: .work, name: "Work", epoch: "epoch-1")) }
        for path in work { world.write(path, to: path, in: .work) }
        world.listing.batchSize = 2
        world.listing.batchesPerPage = 2
        var input = ListInput(run: .first, request: SyncRequest())
        _ = try await world.authenticate("{}".asEvent)
        let page = try await world.list(input)
        for batch in page.batches { _ = try await world.download(batch) }
        input.cursor = page.cursor
        world.lastInputs[.first] = input
        world.clock.advance(by: .seconds(7200))
        return world
    }

    @Test("deletes nothing, commits nothing, and says so")
    func stale() async throws {
        let world = try await begun(30)
        for name in ["new-1.md", "new-2.md", "new-3.md"] { world.write(name, to: name) }
        try await world.run(.second)
        let (texts, files) = (world.texts, world.records.files(of: .notes))
        let state = try await world.records.state(of: .notes)
        #expect(texts.count == 33)
        let writes = world.mirror.writes

        let outcome = try await world.run(redrives: 1)
        #expect(outcome.next == .busy)
        let summary = try #require(outcome.summary)
        #expect(summary.message == "Superseded: a newer run has mirrored these vaults since")
        #expect(
            summary.notes
                == ["vault notes-id was superseded: a newer run has mirrored it since this one began"]
        )
        #expect(world.texts == texts)
        #expect(world.mirror.writes == writes)
        #expect(world.records.files(of: .notes) == files)
        #expect(try await world.records.state(of: .notes) == state)
        #expect(world.records.lease(on: .notes) == nil)
        #expect(try await world.run(redrives: 2).next == .busy)
        #expect(try await world.run(.third).summary?.filesCount == 0)
    }

    @Test("is superseded also by one that ended with files that failed")
    func partialFailure() async throws {
        let world = try await begun(10)
        world.library.setFaults { $0.corruptions[VaultPath("9.md")] = Array("junk".utf8) }
        await #expect(throws: SyncError.self) { try await world.run(.second) }
        world.library.setFaults { $0 = .init() }
        #expect(try await world.run(redrives: 1).next == .busy)
        // That one is the newest: it goes on.
        #expect(try await world.run(.second, redrives: 1).next == .done)
        #expect(world.texts.count == 10)
    }

    @Test("goes on with the vaults that it still has")
    func oneOfTwo() async throws {
        let world = try await begun(10, work: ["w.md"])
        try await world.run(.second, #"{"vault_id": "notes-id"}"#)
        world.write("newer", to: "0.md")
        try await world.run(.third, #"{"vault_id": "notes-id"}"#)
        let outcome = try await world.run(redrives: 1)
        #expect(outcome.next == .done)
        #expect(outcome.summary?.vaultsSynced == [.work])
        #expect(outcome.summary?.notes.count == 1)
        #expect(world.texts["Work/w.md"] == "w.md")
        #expect(world.texts["Notes/0.md"] == "newer")
    }

    @Test("stores nothing with a batch that comes late, also where nobody has the lease")
    func lateBatch() async throws {
        let world = try await begun(10)
        let input = try #require(world.lastInputs[.first])
        world.clock.advance(by: .seconds(7200))
        let page = try await world.list(input)
        let batch = try #require(page.batches.first)
        world.clock.advance(by: .seconds(7200))
        world.delete("9.md")
        try await world.run(.second)
        #expect(world.records.lease(on: .notes) == nil)
        let (texts, files) = (world.texts, world.records.files(of: .notes))
        for batch in page.batches { #expect(try await world.download(batch).files == 0) }
        #expect(batch.files > 0)
        #expect(world.texts == texts)
        #expect(world.records.files(of: .notes) == files)
        #expect(world.records.lease(on: .notes) == nil)
    }

    @Test("a redrive of the newest run, and what continues it, keeps the term")
    func keeps() async throws {
        var world = try await begun(10)
        world.listing.eventLimit = 50
        let outcome = try await world.run(redrives: 1)
        #expect(outcome.next == .done)
        #expect(outcome.generations > 0)
        #expect(world.records.term(of: .notes) == 1)
        #expect(world.texts.count == 10)
    }

    /// Takes the terms out of what a run has written, as the first release would have left it.
    private func forgetTerms(_ world: World) async throws {
        for (key, stored) in world.state.objects {
            guard let text = String(validating: stored.bytes, as: UTF8.self) else { continue }
            let old = text.replacing(#","term":1"#, with: "")
            try await world.state.put(key, Array(old.utf8), stored.attributes)
        }
        if var input = world.lastInputs[.first], let encoded = input.cursor {
            var cursor = try PassCursor(encoded: encoded)
            cursor.term = nil
            input.cursor = try cursor.encoded
            world.lastInputs[.first] = input
        }
        world.records.set(VaultLease(), on: .notes)
    }

    @Test(
        "of the first release goes on where nobody came since, and is superseded where somebody did",
        arguments: [false, true]
    )
    func firstRelease(isOvertaken: Bool) async throws {
        let world = try await begun(10)
        if isOvertaken {
            world.write("new", to: "new.md")
            try await world.run(.second)
        }
        try await forgetTerms(world)
        let outcome = try await world.run(redrives: 1)
        #expect(outcome.next == (isOvertaken ? .busy : .done))
        #expect(world.texts.count == (isOvertaken ? 11 : 10))
        #expect(world.records.lease(on: .notes) == nil)
        #expect(try await world.run(.third).summary?.filesCount == 0)
    }
}
