import Clocks
import Listing
import TestSupport
import TestWorld
import Testing

@testable import SyncCore

@Suite("A pass over a vault")
struct VaultPassTests {
    @Test("a listing that is cut leaves nothing written and nothing deleted")
    func cutListing() async throws {
        let world = World.withNotes(["a.md": "A", "b.md": "B"])
        try await world.run()
        let records = world.records.files(of: .notes)
        world.write("C", to: "c.md")
        world.delete("a.md")
        world.library.setFaults { $0.cutListingAfter = 1 }
        let error = await #expect(throws: SyncError.self) { try await world.run(.second) }
        #expect(error?.name == .sourceUnavailable)
        // The run that failed keeps its lease, for its redrive.
        world.clock.advance(by: .seconds(3600))
        let complete = await #expect(throws: SyncError.self) {
            try await world.run(.third, #"{"sync_type": "complete"}"#)
        }
        #expect(complete?.name == .sourceUnavailable)
        #expect(world.texts == ["Notes/a.md": "A", "Notes/b.md": "B"])
        #expect(world.records.files(of: .notes) == records)
        #expect(try await world.records.state(of: .notes)?.cursor == SourceCursor("2"))
    }

    @Test("a replaced vault is listed from the beginning, and files of the same content stay")
    func replacedVault() async throws {
        let world = World.withNotes(["a.md": "A", "b.md": "B", "c.md": "C"])
        for _ in 1...5 { world.write("A", to: "a.md") }
        try await world.run()
        world.library.replace(.notes, epoch: "epoch-2")
        world.write("A", to: "a.md")
        world.write("B2", to: "b.md")
        let sent = world.library.contentsSent
        try await world.run(.second)
        #expect(world.texts == ["Notes/a.md": "A", "Notes/b.md": "B2"])
        #expect(world.library.contentsSent == sent + 1)
        #expect(world.record("a.md")?.epoch == "epoch-2@here")
        #expect(world.record("a.md")?.version == 1)
        #expect(try await world.records.state(of: .notes)?.epoch == "epoch-2@here")
    }

    @Test("a vault with the user's own password is not taken over by one that the service states, unless asked for")
    func passwordSource() async throws {
        let world = World.withNotes(["a.md": "A"])
        world.library.change(.notes) { $0.vault.passwordSource = .own }
        try await world.run()
        #expect(try await world.records.state(of: .notes)?.passwordSource == "own")
        world.library.change(.notes) { $0.vault.passwordSource = .managed }
        world.write("made up", to: "a.md")
        let error = await #expect(throws: SyncError.self) { try await world.run(.second) }
        #expect(error?.name == .vaultPasswordWrong)
        #expect(error?.message.contains("--accept-managed") == true)
        #expect(world.texts == ["Notes/a.md": "A"])
        world.clock.advance(by: .seconds(3600))
        try await world.run(.third, #"{"options": {"accept_managed": true}}"#)
        #expect(world.texts == ["Notes/a.md": "made up"])
        #expect(try await world.records.state(of: .notes)?.passwordSource == "managed")
    }

    @Test("a file that went with the old vault is mirrored when it comes back in the new one")
    func returnsInNewEpoch() async throws {
        let world = World.withNotes()
        for number in 1...9 { world.write("old \(number)", to: "a.md") }
        try await world.run()
        world.library.replace(.notes, epoch: "epoch-2")
        world.write("B", to: "b.md")
        try await world.run(.second)
        #expect(world.texts == ["Notes/b.md": "B"])
        world.write("new", to: "a.md")
        try await world.run(.third)
        #expect(world.texts == ["Notes/a.md": "new", "Notes/b.md": "B"])
    }

    @Test("a listing that tells of a replacement is read again from the beginning")
    func reportedReplacement() async throws {
        let world = World.withNotes(["a.md": "A", "b.md": "B"])
        try await world.run()
        world.library.change(.notes) { $0.changes.removeAll { $0.path == VaultPath("b.md") } }
        world.library.setFaults { $0.reportsReplacement = true }
        try await world.run(.second)
        #expect(world.texts == ["Notes/a.md": "A"])
    }

    @Test("a cursor older than 30 days is not trusted")
    func oldCursor() async throws {
        let world = World.withNotes(["a.md": "A", "b.md": "B"])
        try await world.run()
        // Without a tombstone, only a listing of everything can tell.
        world.library.change(.notes) { $0.changes.removeAll { $0.path == VaultPath("b.md") } }
        world.clock.advance(by: .seconds(29 * 24 * 3600))
        try await world.run(.second)
        #expect(world.texts.count == 2)
        world.clock.advance(by: .seconds(31 * 24 * 3600))
        try await world.run(.third)
        #expect(world.texts == ["Notes/a.md": "A"])
    }

    @Test("what is gone at the source is asked for again, ever more seldom, until it is there")
    func goneAgain() async throws {
        let world = World.withNotes(["a.md": "A", "gone.md": "G"])
        world.library.loseContent(of: VaultPath("gone.md"), in: .notes)
        let first = try await world.run()
        #expect(first.summary?.notes == ["vault notes-id: 1 file cannot be stored"])
        #expect(world.record("gone.md")?.status == .skipped)
        let start = world.clock.now
        var attempts = 1
        // One hour after the first time, two after the second, four after the third.
        for (hour, isAsked) in [(0, false), (1, true), (2, false), (3, true), (6, false), (7, true)] {
            world.clock.advance(by: world.clock.now.duration(to: start.advanced(by: .seconds(hour * 3600))))
            attempts += isAsked ? 1 : 0
            let outcome = try await world.run(#require(RunID("hour-\(hour)")))
            #expect(outcome.next == .done)
            #expect(outcome.summary?.notes.count == (isAsked ? 1 : 0), "\(hour)")
            #expect(world.record("gone.md")?.attempts == attempts, "\(hour)")
        }
        world.library.change(.notes) { $0.contents["2"] = Array("G".utf8) }
        world.clock.advance(by: .seconds(7 * 24 * 3600))
        #expect(try await world.run(.third).summary?.filesCount == 1)
        #expect(world.texts["Notes/gone.md"] == "G")
        #expect(world.record("gone.md")?.pendingSince == nil)
    }

    @Test("what failed in an earlier run is handed out again")
    func pendingAgain() async throws {
        let world = World.withNotes(["a.md": "A", "bad.md": "B"])
        world.library.setFaults { $0.corruptions[VaultPath("bad.md")] = [1] }
        let error = await #expect(throws: SyncError.self) { try await world.run() }
        #expect(error?.name == .partialFailure)
        #expect(error?.message.hasPrefix("1 file could") == true)
        #expect(world.record("bad.md")?.status == .failed)
        #expect(world.record("bad.md")?.lastError == "CorruptContent")
        #expect(try await world.records.state(of: .notes)?.cursor == SourceCursor("2"))
        world.library.setFaults { $0 = .init() }
        let sent = world.library.contentsSent
        let outcome = try await world.run(.second)
        #expect(outcome.summary?.filesCount == 1)
        #expect(world.library.contentsSent == sent + 1)
        #expect(world.texts["Notes/bad.md"] == "B")
        #expect(world.record("bad.md")?.pendingSince == nil)
    }

    @Test(
        "that most of a vault has changed is said, and nothing of a smaller part",
        arguments: [(12, true), (10, false)]
    )
    func mostChanged(files: Int, isSaid: Bool) async throws {
        let world = World.withNotes(Dictionary(uniqueKeysWithValues: (0..<20).map { ("\($0).md", "one") }))
        try await world.run(.first)
        for number in 0..<files { world.write("two", to: "\(number).md") }
        let summary = try #require(try await world.run(.second).summary)
        #expect(summary.notes.contains { $0.contains("of its 20 files changed in this run") } == isSaid)
    }
}
