import Downloading
import Listing
import SyncCore
import TestSupport
import Testing

@Suite("A run that comes back after a newer one, in every kind of store")
struct MirrorTermTests {
    private func input(_ name: String) throws -> ListInput {
        ListInput(run: try #require(RunID(name)), request: SyncRequest())
    }

    @Test(
        "changes nothing, in its first execution or in one that continues it",
        arguments: MirrorBackend.available,
        [false, true]
    )
    func stale(backend: MirrorBackend, isContinued: Bool) async throws {
        let files = Dictionary(uniqueKeysWithValues: (10..<30).map { ("\($0).md", "text \($0)") })
        try await backend.with(files) { world in
            var world = world
            world.listing.batchSize = 2
            world.listing.batchesPerPage = 2
            if isContinued { world.listing.eventLimit = 30 }
            var stale = try input("stale")
            let page = try await world.list(stale)
            for batch in page.batches { try await world.workOff(batch, of: stale) }
            stale.cursor = page.cursor
            if isContinued {
                let continued = try await world.list(stale)
                #expect(continued.next == .continue)
                stale.cursor = continued.cursor
            }
            // It hands out a page, and dies.
            let late = try await world.list(stale)
            #expect(late.next == .work)

            for name in ["new-1.md", "new-2.md", "new-3.md"] { world.write(name, to: name) }
            world.delete("29.md")
            world.listing.eventLimit = 12_000
            try await world.run("newer")
            let (files, texts) = (try await world.files, try await world.texts)
            let state = try await world.records.state(of: .notes)
            #expect(texts.count == 22)

            for batch in late.batches { #expect(try await world.download(batch, of: stale).files == 0) }
            stale.redrives = 1
            let output = try await world.run(stale)
            #expect(output.next == .busy)
            #expect(
                output.summary?.notes
                    == ["vault notes-id was superseded: a newer run has mirrored it since this one began"]
            )
            #expect(try await world.files == files)
            #expect(try await world.texts == texts)
            #expect(try await world.records.state(of: .notes) == state)
            // Nothing stands in the way of the next one.
            #expect(try await world.run("next").filesCount == 0)
        }
    }
}
