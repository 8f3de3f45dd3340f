import Listing
import SyncCore
import TestSupport
import Testing

@Suite("Deletions and renames, in every kind of store")
struct MirrorDeletionTests {
    private func withMirror(
        _ backend: MirrorBackend,
        of count: Int,
        _ body: (MirrorWorld) async throws -> Void
    ) async throws {
        let files = Dictionary(uniqueKeysWithValues: (0..<count).map { ("\($0).md", "text \($0)") })
        try await backend.withMirror(of: files, body)
    }

    @Test("a listing that is cut at any place changes nothing", arguments: MirrorBackend.available)
    func cutListing(backend: MirrorBackend) async throws {
        try await withMirror(backend, of: 5) { world in
            let (files, texts) = (try await world.files, try await world.texts)
            world.delete("0.md")
            for number in 5..<9 { world.write("text \(number)", to: "\(number).md") }
            for position in 0...5 {
                world.library.setFaults { $0.cutListingAfter = position }
                for type in [SyncRequest.SyncType.incremental, .complete] {
                    await #expect(throws: SyncError.self) {
                        try await world.run("cut-\(position)-\(type)") { $0.syncType = type }
                    }
                }
                #expect(try await world.files == files)
                #expect(try await world.texts == texts)
            }
            #expect(try await world.records.state(of: .notes)?.run == RunID("first"))
            world.library.setFaults { $0 = .init() }
            #expect(try await world.run("whole").metadata["deleted"] == "1")
            #expect(try await world.texts.count == 8)
        }
    }

    @Test("an empty listing after a full one deletes nothing", arguments: MirrorBackend.available)
    func emptyListing(backend: MirrorBackend) async throws {
        try await withMirror(backend, of: 30) { world in
            let texts = try await world.texts
            world.lose { _ in true }
            let summary = try await world.run("empty") { $0.syncType = .complete }
            let set = try #require(summary.attention.first?.set)
            #expect(
                summary.notes == ["vault notes-id: 30 deletions were held back; allow_deletions \(set) lets them pass"]
            )
            #expect(try await world.texts == texts)
        }
    }

    @Test(
        "where 60 % of a vault are gone, they stay until somebody lets them go",
        arguments: MirrorBackend.available,
        [SyncRequest.SyncType.incremental, .complete]
    )
    func mostGone(backend: MirrorBackend, type: SyncRequest.SyncType) async throws {
        try await withMirror(backend, of: 180) { world in
            if type == .complete {
                world.lose { $0 <= 108 }
            } else {
                for number in 0..<108 { world.delete("\(number).md") }
            }
            for name in ["second", "third"] {
                let summary = try await world.run(name) { $0.syncType = type }
                #expect(summary.notes.first?.contains("108 deletions were held back") == true)
                #expect(summary.metadata["deleted"] == "0")
            }
            #expect(try await world.texts.count == 180)
            #expect(try await world.files.values.allSatisfy { $0.status == .completed })
            let allowed = try await world.run("allowed") {
                $0.syncType = type
                $0.options.allowDeletions = true
            }
            #expect(allowed.metadata["deleted"] == "108")
            #expect(try await world.texts.count == 72)
            #expect(try await world.files.values.count { $0.status == .deleted } == 108)
        }
    }

    @Test("what is gone leaves a tombstone, and comes back as a new file", arguments: MirrorBackend.available)
    func tombstone(backend: MirrorBackend) async throws {
        try await withMirror(backend, of: 5) { world in
            world.delete("1.md")
            world.write("changed", to: "2.md")
            #expect(try await world.run("second").metadata["deleted"] == "1")
            #expect(try await world.texts["Notes/1.md"] == nil)
            #expect(try await world.texts["Notes/2.md"] == "changed")
            let tombstone = try #require(try await world.files["1.md"])
            #expect(tombstone.status == .deleted)
            #expect(tombstone.version == 6)
            #expect(tombstone.pendingSince == nil)
            world.write("back", to: "1.md")
            try await world.run("third")
            #expect(try await world.texts["Notes/1.md"] == "back")
            #expect(try await world.files["1.md"]?.status == .completed)
        }
    }

    @Test("what is gone is kept where that is the policy", arguments: MirrorBackend.available)
    func keep(backend: MirrorBackend) async throws {
        try await withMirror(backend, of: 3) { world in
            var world = world
            world.listing.deletions = .keep
            world.delete("1.md")
            try await world.run("second")
            try await world.run("third") { $0.syncType = .complete }
            #expect(try await world.texts["Notes/1.md"] == "text 1")
            #expect(try await world.files["1.md"]?.status == .deleted)
        }
    }

    @Test("a file that is only renamed is copied within the store", arguments: MirrorBackend.available)
    func rename(backend: MirrorBackend) async throws {
        try await withMirror(backend, of: 3) { world in
            let sent = world.library.contentsSent
            world.library.rename(VaultPath("1.md"), to: VaultPath("sub/\u{E9}.md"), in: .notes)
            #expect(try await world.run("second").metadata["deleted"] == "1")
            #expect(world.library.contentsSent == sent)
            #expect(
                try await world.texts
                    == ["Notes/0.md": "text 0", "Notes/2.md": "text 2", "Notes/sub/\u{E9}.md": "text 1"]
            )
            let record = try #require(try await world.files["sub/\u{E9}.md"])
            #expect(record.status == .completed)
            let object = try #require(try await world.mirror.head(ObjectKey("Notes/sub/\u{E9}.md")))
            #expect(object.size == 6)
            if world.mirror.keepsAttributes {
                #expect(object.sha256 == record.sha256)
                #expect(object.sourceVersion == String(record.version))
            }
            // What was copied passes for stored.
            #expect(try await world.run("third") { $0.syncType = .complete }.notes == [])
            #expect(world.library.contentsSent == sent)
        }
    }

    @Test(
        "a deadline in the midst of many deletions leaves the rest to later calls",
        arguments: MirrorBackend.available
    )
    func deadline(backend: MirrorBackend) async throws {
        try await withMirror(backend, of: 120) { world in
            var world = world
            world.listing.brake.fewest = 1000
            for number in 0..<115 { world.delete("\(number).md") }
            var input = ListInput(run: try #require(RunID("second")), request: SyncRequest())
            world.clock.advance(by: .seconds(3600))
            var calls = 0
            var output: ListOutput
            repeat {
                calls += 1
                output = try await world.list(input, seconds: 0)
                input.cursor = output.cursor
            } while output.next == .work && calls < 20
            #expect(output.summary?.metadata["deleted"] == "115")
            #expect(calls >= 3)
            #expect(try await world.texts.count == 5)
        }
    }
}
