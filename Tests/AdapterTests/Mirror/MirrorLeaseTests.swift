import Clocks
import Downloading
import Listing
import SyncCore
import TestSupport
import Testing

@Suite("One run at a time on a vault, in every kind of store")
struct MirrorLeaseTests {
    private func input(_ name: String) throws -> ListInput {
        ListInput(run: try #require(RunID(name)), request: SyncRequest())
    }

    @Test("of two listers at once one does the work, and the other steps back", arguments: MirrorBackend.available)
    func twoListers(backend: MirrorBackend) async throws {
        try await backend.with(["a.md": "A", "b.md": "B"]) { world in
            let names = ["one", "two", "three", "four"]
            let outputs = try await withThrowingTaskGroup(of: ListOutput.self) { group in
                for name in names { group.addTask { try await world.list(input(name)) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outputs.count { $0.next == .work } == 1)
            #expect(outputs.count { $0.next == .busy } == 3)
            #expect(outputs.flatMap(\.batches).count == 1)
        }
    }

    @Test(
        "an expired lease is taken over, but not within the minute that clocks may differ",
        arguments: MirrorBackend.available
    )
    func expired(backend: MirrorBackend) async throws {
        try await backend.with(["a.md": "A"]) { world in
            _ = try await world.list(input("first"))
            world.clock.advance(by: Lease.lifetime + .seconds(50))
            let refused = try await world.list(input("second"))
            #expect(refused.next == .busy)
            #expect(refused.summary?.notes == ["vault notes-id is being mirrored by another run"])
            world.clock.advance(by: .seconds(20))
            #expect(try await world.list(input("third")).next == .work)
        }
    }

    @Test("a run whose lease was taken over writes and deletes nothing any more", arguments: MirrorBackend.available)
    func takenOver(backend: MirrorBackend) async throws {
        let files = Dictionary(uniqueKeysWithValues: (0..<6).map { ("\($0).md", "text \($0)") })
        try await backend.withMirror(of: files) { world in
            var world = world
            for number in 0..<4 { world.write("new \(number)", to: "\(number).md") }
            world.delete("5.md")
            world.listing.batchSize = 2
            world.listing.batchesPerPage = 1
            world.clock.advance(by: .seconds(3600))
            var stale = try input("stale")
            let page = try await world.list(stale)
            let batch = try #require(page.batches.first)
            // It sleeps for hours; meanwhile another run does all the work, and the vault goes on.
            for number in 0..<4 { world.write("newest \(number)", to: "\(number).md") }
            world.clock.advance(by: .seconds(7200))
            var taker = try input("taker")
            let taken = try await world.list(taker)
            #expect(taken.next == .work)
            for batch in taken.batches { try await world.workOff(batch, of: taker) }
            let (records, texts) = (try await world.files, try await world.texts)
            // And awakes, in whatever function it was.
            let output = try await world.download(batch, of: stale)
            #expect(output.files == 0)
            stale.cursor = page.cursor
            #expect(try await world.list(stale).next == .busy)
            #expect(try await world.files == records)
            #expect(try await world.texts == texts)
            #expect(try await world.records.state(of: .notes)?.run == RunID("first"))
            taker.cursor = taken.cursor
            #expect(try await world.run(taker).summary?.metadata["deleted"] == "1")
            #expect(try await world.texts["Notes/0.md"] == "newest 0")
            #expect(try await world.records.state(of: .notes)?.run == RunID("taker"))
        }
    }

    /// Where a downloader sleeps through its lease.
    enum Sleep: CaseIterable, Sendable {
        case beforeSmallFile, beforeLargeFile, beforeRanges, betweenRanges
    }

    @Test(
        "a downloader whose lease is taken over in the midst of a batch writes nothing any more",
        arguments: MirrorBackend.available,
        Sleep.allCases
    )
    func downloader(backend: MirrorBackend, sleep: Sleep) async throws {
        let large = [UInt8](repeating: 7, count: (5 << 20) + 300_000)
        try await backend.withMirror(of: ["b.md": "old"]) { world in
            var world = world
            world.downloading.upload = UploadSettings(multipartThreshold: 5 << 20, partSize: 5 << 20, partsInFlight: 1)
            let path = VaultPath(sleep == .beforeSmallFile ? "b.md" : "large.mp4")
            if sleep == .beforeSmallFile {
                world.write("stale", to: "b.md")
            } else {
                world.library.write(large, to: path, in: .notes, statesHash: sleep == .beforeLargeFile)
            }
            world.library.setFaults { $0.givesRanges = sleep == .beforeRanges || sleep == .betweenRanges }
            world.clock.advance(by: .seconds(3600))
            let stale = try input("stale")
            let batch = try #require(try await world.list(stale).batches.first)
            let taken = TakenOver()
            let takeOver: @Sendable () async throws -> Void = { [world] in
                world.clock.advance(by: .seconds(7200))
                let lease = Lease(owner: try #require(RunID("taker")), now: world.clock.now)
                #expect(try await world.records.acquireLease(lease, on: .notes, now: world.clock.now))
                // What the other run has stored in the meantime must not be touched.
                try await world.overwrite("b.md", "newest")
                await taken.note(files: try await world.files, texts: try await world.texts)
            }
            switch sleep {
            case .betweenRanges:
                world.library.setRangeHook { _, _, number in
                    if number == 2 { try await takeOver() }
                    return nil
                }
            default:
                world.library.setBeforeContent { entry in if entry.path == path { try await takeOver() } }
            }
            let output = try await world.download(batch, of: stale)
            #expect((output.status, output.files, output.failed) == (.complete, 0, 0))
            #expect(try await world.files == (try #require(await taken.files)))
            #expect(try await world.texts == (try #require(await taken.texts)))
            #expect(try await world.records.receipts(of: stale.run, in: .notes, from: 1).collected().isEmpty)
        }
    }

    /// What there was when the lease was taken over.
    private actor TakenOver {
        private(set) var files: [String: FileRecord]?
        private(set) var texts: [String: String]?

        func note(files: [String: FileRecord], texts: [String: String]) {
            (self.files, self.texts) = (files, texts)
        }
    }

    @Test("progress is kept for a day after the end, and read without the provider", arguments: MirrorBackend.available)
    func progress(backend: MirrorBackend) async throws {
        try await backend.withMirror(of: ["a.md": "A", "b.md": "B"]) { world in
            let sessions = world.library.sessions
            var status = try input("status")
            status.request.action = .status
            status.request.vaultIDs = [.notes, try #require(VaultID("unknown-id"))]
            let fresh = try #require(try await world.list(status).summary).metadata
            #expect(fresh["notes-id.state"] == "completed")
            #expect(fresh["notes-id.files"] == "2/2")
            #expect(fresh["unknown-id.state"] == "unknown")
            world.clock.advance(by: .seconds(25 * 3600))
            let old = try #require(try await world.list(status).summary).metadata
            #expect(old["notes-id.state"] == "idle")
            #expect(old["notes-id.last_synced"] == fresh["notes-id.last_synced"])
            #expect(world.library.sessions == sessions)
        }
    }
}
