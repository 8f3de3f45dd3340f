import Listing
import SyncCore
import TestSupport
import Testing

@Suite("Audit, filters and pages, in every kind of store")
struct MirrorAuditTests {
    private func withMirror(
        _ backend: MirrorBackend,
        of count: Int,
        _ body: (MirrorWorld) async throws -> Void
    ) async throws {
        var files = Dictionary(uniqueKeysWithValues: (0..<count).map { ("folder/\($0).md", "text \($0)") })
        files["folder.md"] = "other"
        try await backend.withMirror(of: files, body)
    }

    @Test("a complete run fetches again what is missing or changed in the store", arguments: MirrorBackend.available)
    func repairs(backend: MirrorBackend) async throws {
        try await withMirror(backend, of: 9) { world in
            let texts = try await world.texts
            let whole = try await world.run("whole") { $0.syncType = .complete }
            #expect(whole.notes == [])
            #expect(whole.filesCount == 0)
            try await world.mirror.delete([ObjectKey("Notes/folder/0.md"), ObjectKey("Notes/folder.md")])
            try await world.overwrite("folder/3.md", "longer than before", sha256: world.files["folder/3.md"]?.sha256)
            try await world.overwrite("folder/8.md", "TEXT 8")
            try await world.overwrite("folder/7.md", "TEXT 7", sha256: String(repeating: "0", count: 64))
            // An incremental run does not look.
            try await world.run("second", excusing: [.objects])
            #expect(try await world.texts["Notes/folder/8.md"] == "TEXT 8")
            let summary = try await world.run("third") { $0.syncType = .complete }
            #expect(summary.metadata["lost"] == "5")
            #expect(summary.filesCount == 5)
            #expect(try await world.texts == texts)
            #expect(try await world.files.values.allSatisfy { $0.status == .completed && $0.lastError == nil })
        }
    }

    @Test("strangers are reported and left alone", arguments: MirrorBackend.available)
    func strangers(backend: MirrorBackend) async throws {
        try await withMirror(backend, of: 3) { world in
            for path in ["0", "folder/0.md.bak", "zzz"] { try await world.overwrite(path, "mine") }
            let summary = try await world.run("second") { $0.syncType = .complete }
            #expect(summary.metadata["strangers"] == "3")
            #expect(summary.notes.first?.contains("3 objects") == true)
            #expect(try await world.texts.count == 7)
        }
    }

    @Test(
        "pages and deadlines anywhere change nothing in what comes of it",
        arguments: MirrorBackend.available,
        [1, 5]
    )
    func cutAnywhere(backend: MirrorBackend, batchesPerPage: Int) async throws {
        try await withMirror(backend, of: 18) { world in
            var world = world
            world.listing.batchSize = 2
            world.listing.batchesPerPage = batchesPerPage
            try await world.mirror.delete(stride(from: 0, to: 18, by: 3).map { try ObjectKey("Notes/folder/\($0).md") })
            for number in stride(from: 1, to: 18, by: 6) { world.delete("folder/\(number).md") }
            try await world.overwrite("folder/5x", "stranger")
            world.clock.advance(by: .seconds(3600))
            var input = ListInput(run: try #require(RunID("second")), request: SyncRequest())
            input.request.syncType = .complete
            var output: ListOutput
            repeat {
                output = try await world.list(input, seconds: 0)
                // A call whose answer was lost: the same cursor gives the same page.
                let again = try await world.list(input, seconds: 0)
                #expect(again.batches == output.batches)
                #expect(again.next == output.next)
                #expect(output.batches.count <= batchesPerPage)
                #expect(output.cursor.utf8.count < 1024)
                for batch in output.batches { try await world.workOff(batch, of: input) }
                input.cursor = output.cursor
            } while output.next == .work
            #expect(output.summary?.metadata["lost"] == "6")
            #expect(output.summary?.metadata["strangers"] == "1")
            #expect(output.summary?.metadata["deleted"] == "3")
            #expect(try await world.texts.count == 17)
        }
    }

    @Test("what a pattern leaves out is not fetched, and never deleted unasked", arguments: MirrorBackend.available)
    func filters(backend: MirrorBackend) async throws {
        try await backend.with(["a.md": "A", "b.tmp": "B", ".obsidian/workspace.json": "W"]) { world in
            let narrow = PathFilter(exclude: ["*.tmp"])
            try await world.run("first") { $0.options.filter = narrow }
            #expect(try await world.texts == ["Notes/a.md": "A"])
            #expect(try await world.files.count == 1)
            try await world.run("second")
            #expect(try await world.texts == ["Notes/a.md": "A", "Notes/b.tmp": "B"])
            for type in [SyncRequest.SyncType.incremental, .complete] {
                let summary = try await world.run("narrow-\(type)") {
                    $0.options.filter = narrow
                    $0.syncType = type
                }
                #expect(summary.metadata["deleted"] == "0")
                #expect(summary.metadata["strangers"] == "0")
            }
            #expect(try await world.texts.count == 2)
            let asked = try await world.run("asked") {
                $0.options.filter = narrow
                $0.options.deleteExcluded = true
            }
            #expect(asked.metadata["deleted"] == "1")
            #expect(try await world.texts == ["Notes/a.md": "A"])
        }
    }

    @Test("a file that failed is handed out by the next run, and its record tells", arguments: MirrorBackend.available)
    func failed(backend: MirrorBackend) async throws {
        try await backend.with(["a.md": "A", "bad.md": "B"]) { world in
            world.library.setFaults { $0.corruptions[VaultPath("bad.md")] = [1] }
            let error = await #expect(throws: SyncError.self) { try await world.run("first") }
            #expect(error?.name == .partialFailure)
            let failed = try #require(try await world.files["bad.md"])
            #expect(failed.status == .failed)
            #expect(failed.attempts == 2)
            #expect(failed.lastError == "CorruptContent")
            #expect(failed.pendingSince != nil)
            world.library.setFaults { $0 = .init() }
            #expect(try await world.run("second").filesCount == 1)
            let record = try #require(try await world.files["bad.md"])
            #expect(record.status == .completed)
            #expect(record.size == 1)
            #expect(record.version == 2)
            #expect(record.sha256 == FingerprintHasher.digest(Array("B".utf8)))
            #expect(record.firstSynced == record.lastSynced)
            #expect(record.firstSynced != nil)
            #expect(record.pendingSince == nil)
        }
    }
}
