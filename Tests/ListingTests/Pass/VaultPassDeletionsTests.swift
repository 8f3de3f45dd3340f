import Clocks
import TestSupport
import TestWorld
import Testing

@testable import Listing
@testable import SyncCore

@Suite("Deletions")
struct VaultPassDeletionsTests {
    private func worldWithFiles(_ count: Int, brakeFiles: Int = 100) async throws -> World {
        var world = World.withNotes()
        world.listing.brake.fewest = brakeFiles
        for number in 0..<count { world.write("text \(number)", to: "\(number).md") }
        try await world.run()
        #expect(world.texts.count == count)
        return world
    }

    @Test("a snapshot deletes what it does not name")
    func snapshot() async throws {
        let world = try await worldWithFiles(5)
        world.library.change(.notes) { $0.changes.removeAll { $0.path == VaultPath("3.md") } }
        let outcome = try await world.run(.second, #"{"sync_type": "complete"}"#)
        #expect(outcome.summary?.metadata["deleted"] == "1")
        #expect(world.texts["Notes/3.md"] == nil)
        #expect(world.texts.count == 4)
        #expect(world.record("3.md")?.status == .deleted)
        #expect(world.record("3.md")?.deletedAt == world.clock.now)
        #expect(world.record("3.md")?.fingerprint == nil)
        let days = try await world.records.state(of: .notes)?.deletions
        #expect(days?.map(\.files) == [1])
        #expect(days?.map(\.bytes) == [Int64("text 3".utf8.count)])
    }

    @Test("a file that was missing from one snapshot only is fetched again")
    func reappears() async throws {
        let world = try await worldWithFiles(5)
        let changes = try #require(world.library.vault(.notes)).changes
        world.library.change(.notes) { $0.changes.removeAll { $0.path == VaultPath("3.md") } }
        try await world.run(.second, #"{"sync_type": "complete"}"#)
        world.library.change(.notes) { $0.changes = changes }
        try await world.run(.third, #"{"sync_type": "complete"}"#)
        #expect(world.texts["Notes/3.md"] == "text 3")
        #expect(world.record("3.md")?.status == .completed)
    }

    @Test("many deletions at once are held back, reported, and asked for again", arguments: [false, true])
    func brake(isComplete: Bool) async throws {
        let world = try await worldWithFiles(20, brakeFiles: 3)
        let request = isComplete ? #"{"sync_type": "complete"}"# : "{}"
        for number in 0..<5 { world.delete("\(number).md") }
        world.write("new", to: "new.md")
        let outcome = try await world.run(.second, request)
        let held = try #require(try await world.records.state(of: .notes)?.held)
        #expect(
            outcome.summary?.notes == [
                "vault notes-id: 5 deletions were held back; allow_deletions \(held.id) lets them pass"
            ]
        )
        #expect(outcome.summary?.attention.map(\.set) == [held.id])
        #expect(world.texts.count == 21)
        let again = try await world.run(.third, request)
        #expect(again.summary?.notes.count == 1)
        #expect(world.texts.count == 21)
        let incremental = try await world.run(#require(RunID("fourth")), "{}")
        #expect(incremental.summary?.notes.count == 1, "nobody forgets them as long as they are held back")
    }

    @Test("what is held back does not keep the cursor back", arguments: [false, true])
    func cursorMovesOn(isComplete: Bool) async throws {
        let world = try await worldWithFiles(20, brakeFiles: 3)
        for number in 0..<5 { world.delete("\(number).md") }
        try await world.run(.second, isComplete ? #"{"sync_type": "complete"}"# : "{}")
        let newest = try #require(world.library.vault(.notes)?.changes.map(\.version).max())
        let state = try #require(try await world.records.state(of: .notes))
        #expect(state.cursor?.rawValue.contains("\(newest)") == true)
        #expect(state.held?.files == 5)
        world.write("new", to: "new.md")
        let next = try await world.run(.third)
        #expect(next.summary?.filesCount == 1)
        #expect(try await world.records.state(of: .notes)?.held?.id == state.held?.id)
        #expect(world.texts.count == 21)
        let last = try await world.run(try #require(RunID("fourth")), #"{"options": {"allow_deletions": true}}"#)
        #expect(last.summary?.metadata["deleted"] == "5")
        #expect(world.texts.count == 16)
        #expect(try await world.records.state(of: .notes)?.held == nil)
        #expect(try await world.heldLists.isEmpty)
    }

    @Test(
        "a set that somebody has looked at passes by its id, and does not when it has grown",
        arguments: [false, true]
    )
    func approvedSet(isComplete: Bool) async throws {
        let world = try await worldWithFiles(20, brakeFiles: 3)
        for number in 0..<5 { world.delete("\(number).md") }
        try await world.run(.second)
        let first = try #require(try await world.records.state(of: .notes)?.held)
        world.delete("5.md")
        let type = isComplete ? "complete" : "incremental"
        let refused = try await world.run(
            .third,
            #"{"sync_type": "\#(type)", "options": {"allow_deletions": "\#(first.id)"}}"#
        )
        let grown = try #require(try await world.records.state(of: .notes)?.held)
        #expect(grown.files == 6 && grown.id != first.id)
        #expect(refused.summary?.notes.first?.contains(grown.id) == true)
        #expect(world.texts.count == 20)
        // One of them came back: what is left was looked at.
        world.write("back", to: "3.md")
        let passed = try await world.run(
            try #require(RunID("fourth")),
            #"{"sync_type": "\#(type)", "options": {"allow_deletions": "\#(grown.id)"}}"#
        )
        #expect(passed.summary?.notes == [])
        #expect(world.texts["Notes/3.md"] == "back" && world.texts.count == 15)
        #expect(try await world.records.state(of: .notes)?.deletions == nil, "the week begins anew")
    }

    @Test("a file that comes back while its deletion is held back stays", arguments: [false, true])
    func comesBack(isComplete: Bool) async throws {
        let world = try await worldWithFiles(20, brakeFiles: 3)
        let changes = try #require(world.library.vault(.notes)).changes
        if isComplete {
            world.library.change(.notes) { $0.changes.removeAll { $0.path < VaultPath("14.md") } }
        } else {
            for number in 0..<5 { world.delete("\(number).md") }
        }
        try await world.run(.second, isComplete ? #"{"sync_type": "complete"}"# : "{}")
        #expect(try await world.records.state(of: .notes)?.held != nil)
        if isComplete {
            world.library.change(.notes) { $0.changes = changes }
        } else {
            for number in 0..<5 { world.write("text \(number)", to: "\(number).md") }
        }
        try await world.run(
            .third,
            #"{"sync_type": "\#(isComplete ? "complete" : "incremental")", "options": {"allow_deletions": true}}"#
        )
        #expect(world.texts.count == 20)
        #expect(try await world.records.state(of: .notes)?.held == nil)
    }

    @Test("what a listing in doubt held back no other listing lets pass by itself")
    func doubtful() async throws {
        let world = try await worldWithFiles(3)
        world.library.change(.notes) { $0.changes.removeAll { $0.path == VaultPath("1.md") } }
        world.library.addUnreadable(handle: "77", in: .notes)
        try await world.run(.second, #"{"sync_type": "complete"}"#)
        world.write("new", to: "new.md")
        try await world.run(.third)
        #expect(world.texts.count == 4)
        let held = try #require(try await world.records.state(of: .notes)?.held)
        try await world.run(
            try #require(RunID("fourth")),
            #"{"options": {"allow_deletions": "\#(held.id)"}}"#
        )
        #expect(world.texts["Notes/1.md"] == nil && world.texts.count == 3)
    }

    @Test("where the list of what is held back is lost, everything is listed again")
    func lostList() async throws {
        let world = try await worldWithFiles(20, brakeFiles: 3)
        for number in 0..<5 { world.delete("\(number).md") }
        try await world.run(.second)
        try await world.state.delete(world.heldLists)
        let again = try await world.run(.third)
        #expect(again.summary?.notes.count == 1)
        try await world.run(try #require(RunID("fourth")), #"{"options": {"allow_deletions": true}}"#)
        #expect(world.texts.count == 15)
    }

    @Test("the brake lets few deletions pass, by number or by share", arguments: [(3, 0.01), (0, 0.2)])
    func brakeLimits(files: Int, share: Double) async throws {
        var world = try await worldWithFiles(20, brakeFiles: files)
        world.listing.brake.share = share
        for number in 0..<3 { world.delete("\(number).md") }
        try await world.run(.second)
        #expect(world.texts.count == 17)
    }

    @Test("a file that the store keeps costs none of the others, and the next run tries again")
    func keptByTheStore() async throws {
        let world = try await worldWithFiles(5)
        for number in 0..<3 { world.delete("\(number).md") }
        let key = try ObjectKey("Notes/1.md")
        world.mirror.refuseDeletion(of: [key])
        let error = await #expect(throws: SyncError.self) { try await world.run(.second) }
        #expect(error?.name == .partialFailure)
        #expect(Set(world.texts.keys) == ["Notes/1.md", "Notes/3.md", "Notes/4.md"])
        #expect(world.record("0.md")?.status == .deleted)
        #expect(world.record("1.md")?.status == .completed)
        world.mirror.refuseDeletion(of: [])
        #expect(try await world.run(try #require(RunID("run-3"))).next == .done)
        #expect(world.texts["Notes/1.md"] == nil)
        #expect(world.record("1.md")?.status == .deleted)
    }

    @Test("a whole small vault that vanishes is held back")
    func smallVault() async throws {
        let world = try await worldWithFiles(90, brakeFiles: 10)
        for number in 0..<90 { world.delete("\(number).md") }
        try await world.run(.second)
        #expect(world.texts.count == 90)
    }

    @Test("a vault does not drain away in small steps, and goes on when somebody has looked")
    func drain() async throws {
        let world = try await worldWithFiles(100, brakeFiles: 10)
        var counts: [Int] = []
        for run in 0..<5 {
            for number in 0..<10 { world.delete("\(run * 10 + number).md") }
            try await world.run(try #require(RunID("step-\(run)")))
            counts.append(world.texts.count)
            world.clock.advance(by: .seconds(3600))
        }
        #expect(counts == [90, 80, 80, 80, 80], "a fifth in a week")
        try await world.run(.third, #"{"options": {"allow_deletions": true}}"#)
        #expect(world.texts.count == 50)
        for number in 50..<60 { world.delete("\(number).md") }
        try await world.run(try #require(RunID("after")))
        #expect(world.texts.count == 40, "the week begins anew with the approval")
    }

    @Test("what was deleted more than a week ago does not count")
    func week() async throws {
        let world = try await worldWithFiles(100, brakeFiles: 10)
        for step in 0..<3 {
            for number in 0..<12 { world.delete("\(step * 12 + number).md") }
            try await world.run(try #require(RunID("step-\(step)")))
            world.clock.advance(by: .seconds(8 * 24 * 3600))
        }
        #expect(world.texts.count == 64)
    }

    @Test("files that were only moved are no deletions", arguments: [false, true])
    func moved(isComplete: Bool) async throws {
        let world = try await worldWithFiles(40, brakeFiles: 10)
        for number in 0..<40 {
            world.delete("\(number).md")
            world.write("text \(number)", to: "moved/\(number).md")
        }
        try await world.run(.second, isComplete ? #"{"sync_type": "complete"}"# : "{}")
        #expect(world.texts.count == 40)
        #expect(world.texts["Notes/moved/7.md"] == "text 7" && world.texts["Notes/7.md"] == nil)
    }

    @Test("one large file among many small ones is held back by its bytes")
    func bytes() async throws {
        var world = try await worldWithFiles(40, brakeFiles: 0)
        world.listing.brake.share = 0.5
        world.write(String(repeating: "x", count: 10_000), to: "large.md")
        try await world.run(.second)
        world.delete("large.md")
        try await world.run(.third)
        #expect(world.texts["Notes/large.md"] != nil)
    }

    @Test("a name that cannot be read holds back the deletions of a snapshot")
    func unreadable() async throws {
        let world = try await worldWithFiles(3)
        world.library.change(.notes) { $0.changes.removeAll { $0.path == VaultPath("1.md") } }
        world.library.addUnreadable(handle: "77", in: .notes)
        try await world.run(.second, #"{"sync_type": "complete"}"#)
        #expect(world.texts.count == 3)
        let record = world.records.files(of: .notes)[.standIn(handle: "77")]
        #expect(record?.status == .skipped)
        #expect(record?.lastError == SyncError.Name.nameRefused)
    }

    @Test("a tombstone older than the file deletes nothing")
    func restored() async throws {
        let world = try await worldWithFiles(2)
        world.delete("1.md")
        world.write("restored", to: "1.md")
        try await world.run(.second)
        #expect(world.texts["Notes/1.md"] == "restored")
    }

    @Test("a file that failed and then vanished is no longer pending")
    func failedThenDeleted() async throws {
        let world = World.withNotes(["bad.md": "B"])
        world.library.setFaults { $0.corruptions[VaultPath("bad.md")] = [1] }
        await #expect(throws: SyncError.self) { try await world.run() }
        world.delete("bad.md")
        #expect(try await world.run(.second).next == .done)
        #expect(world.record("bad.md")?.status == .deleted)
        #expect(world.record("bad.md")?.pendingSince == nil)
    }

    @Test("where a folder took a file's place the file goes")
    func folderInPlaceOfFile() async throws {
        let world = World.withNotes(["a": "A"])
        try await world.run()
        world.delete("a")
        world.library.makeFolder(VaultPath("a"), in: .notes)
        world.write("B", to: "a/b.md")
        try await world.run(.second)
        #expect(world.texts == ["Notes/a/b.md": "B"])
    }

    @Test(
        "the upload that a deleted file's transfer had begun is thrown away, once its record says so",
        arguments: [false, true]
    )
    func openUpload(isKept: Bool) async throws {
        var world = try await worldWithFiles(2)
        if isKept { world.listing.deletions = .keep }
        let key = try KeyMapping.key(folder: "Notes", path: VaultPath("1.md"))
        let attributes = ObjectAttributes(contentType: "text/markdown")
        let upload = try await world.mirror.beginUpload(key, attributes, partSize: 5 << 20)
        var record = try #require(world.record("1.md"))
        record.checkpoint = TransferCheckpoint(upload: upload)
        _ = try await world.records.save(record, in: .notes)
        world.delete("1.md")
        world.recordFaults.replace { operation, _ in
            operation == .saveRecord ? .init(SyncError(.storeUnavailable, "no")) : nil
        }
        _ = try await world.authenticate("{}".asEvent)
        await #expect(throws: SyncError.self) {
            try await world.list(ListInput(run: .second, request: SyncRequest()))
        }
        #expect(world.mirror.openUploads == 1, "the record still speaks of it")
        world.recordFaults.replace(with: nil)
        try await world.run(.second)
        #expect(world.record("1.md")?.status == .deleted)
        #expect(world.mirror.openUploads == 0)
    }
}

extension World {
    /// The lists of deletions that are held back.
    fileprivate var heldLists: [ObjectKey] {
        get async throws {
            var keys: [String] = []
            var pages = state.list("", after: nil).makeAsyncIterator()
            while let page = try await pages.next(isolation: nil) { keys += page.map(\.key) }
            return try keys.filter { $0.contains("/held") }.map { try ObjectKey($0) }
        }
    }
}
