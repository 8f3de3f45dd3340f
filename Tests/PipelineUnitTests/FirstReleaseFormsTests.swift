import Foundation
import TestSupport
import TestWorld
import Testing

@testable import Downloading
@testable import Listing
@testable import SyncCore

/// What the present code writes, read by the first release's decoders.
@Suite("The first release reads")
struct FirstReleaseFormsTests {
    private func read<Form: Decodable>(_ form: Form.Type, _ value: some Encodable) throws -> Form {
        try JSONDecoder().decode(form, from: Data(try FunctionJSON.encode(value)))
    }

    private func cursor(_ encoded: String?) throws -> FirstRelease.Cursor? {
        guard let encoded else { return nil }
        let data = try #require(Data(base64Encoded: encoded))
        return try JSONDecoder().decode(FirstRelease.Cursor.self, from: data)
    }

    /// A world that has everything in it: failures, skipped files, an upload under way, deletions, a rename, a filter.
    private func world() async throws -> World {
        var world = World.withVideo()
        world.listing.batchSize = 2
        world.listing.batchesPerPage = 2
        for number in 1...9 { world.write("note \(number)", to: "note \(number).md") }
        world.library.setFaults { faults in
            faults.givesRanges = true
            faults.concurrentFetches = 16
            faults.corruptions[VaultPath("note 3.md")] = Array("junk".utf8)
        }
        return world
    }

    /// Reads everything that a run leaves behind.
    private func readAll(_ world: World) async throws {
        for record in world.records.files(of: .notes).values { _ = try read(FirstRelease.FileRecord.self, record) }
        if let state = try await world.records.state(of: .notes) { _ = try read(FirstRelease.VaultState.self, state) }
        if let progress = try await world.records.progress(of: .notes) {
            _ = try read(FirstRelease.VaultProgress.self, progress)
        }
        for run in [RunID.first, .second] {
            for try await receipt in world.records.receipts(of: run, in: .notes, from: 1) {
                _ = try read(FirstRelease.Receipt.self, receipt)
            }
        }
        for (key, object) in world.state.objects {
            let lines = object.bytes.split(separator: UInt8(ascii: "\n")).map { Data($0) }
            for (number, line) in lines.enumerated() {
                if key.rawValue.hasPrefix("runs/") {
                    _ = try JSONDecoder().decode(FirstRelease.RunState.self, from: line)
                } else if key.rawValue.contains("/batches/"), number == 0 {
                    _ = try JSONDecoder().decode(FirstRelease.BatchHeader.self, from: line)
                } else {
                    _ = try JSONDecoder().decode(FirstRelease.Entry.self, from: line)
                }
            }
        }
    }

    @Test("all records, receipts, states and working data, wherever a run stands, and every cursor")
    func everything() async throws {
        let world = try await world()
        _ = try await world.authenticate(#"{"execution": "run-1", "input": {}}"#)
        var input = ListInput(run: .first, request: SyncRequest())
        var steps: Set<FirstRelease.Cursor.Step> = []
        var pages = 0
        let end = await #expect(throws: SyncError.self) {
            while pages < 100 {
                pages += 1
                _ = try read(FirstRelease.ListInput.self, input)
                let output = try await world.list(input)
                _ = try read(FirstRelease.ListOutput.self, output)
                let cursor = try #require(try cursor(output.cursor))
                #expect(cursor.isTaken)
                steps.insert(cursor.step)
                try await readAll(world)
                for batch in output.batches {
                    _ = try read(
                        FirstRelease.DownloadInput.self,
                        DownloadInput(run: .first, request: input.request, batch: batch)
                    )
                    _ = try await world.download(batch)
                    try await readAll(world)
                }
                input.cursor = output.cursor
            }
        }
        #expect(end?.name == .partialFailure)
        #expect(steps.isSuperset(of: [.page, .settle]))
        for number in 4...5 { world.delete("note \(number).md") }
        world.rename("note 6.md", to: "moved.md")
        await #expect(throws: SyncError.self) { try await world.run(.second, #"{"options": {"exclude": ["*.tmp"]}}"#) }
        try await readAll(world)
    }

    @Test("the record of a transfer that is under way, with its checkpoint")
    func checkpoint() async throws {
        let world = World.withVideo()
        let batch = try await world.firstBatch
        world.mirrorFaults.replace { operation, number in
            if case .complete = operation { return .init(SyncError(.storeUnavailable, "down")) }
            return nil
        }
        _ = try? await world.download(batch)
        let record = try #require(world.record("video.mp4"))
        #expect(record.checkpoint != nil)
        _ = try read(FirstRelease.FileRecord.self, record)
    }

    @Test(
        "a cursor with every member set",
        arguments: [
            PassCursor.Phase.page(.init(offset: 5, member: 4, isDraining: true)), .delete(piece: 2, offset: 7),
            .settle(.init(number: 2, next: 3, end: 4)),
        ]
    )
    func fullCursor(phase: PassCursor.Phase) throws {
        var full = PassCursor(vault: 1, events: 2, generation: 3)
        full.phase = phase
        full.reopened = Redrive(generation: 1, number: 1)
        #expect(try cursor(full.encoded)?.isTaken == true)
    }

    @Test("and its own recorded cursors are read by the present lister", arguments: Recording.names("functions-"))
    func recordedCursors(_ name: String) throws {
        let next = try #require(try Recording(name).about.next)
        let text = next.members["event"]?.text("cursor") ?? next.members["then"]?.text("cursor")
        guard let text else { return }
        let old = try #require(try cursor(text))
        #expect(old.isTaken)
        // What the present lister makes of it means the same to the first release.
        let again = try #require(try cursor(PassCursor(encoded: text).encoded))
        #expect(again.step.rawValue == old.step.rawValue)
        #expect(again.drain == old.drain)
        #expect(again.member == old.member)
        #expect(again.isTaken)
    }
}
