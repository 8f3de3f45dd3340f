import Clocks
import SyncCore
import TestSupport
import Testing

// swift-format-ignore: NeverForceUnwrap
private let run = RunID("run-1")!
private let now = InstantClock.start

@Suite("Records of several destinations in one store")
struct DestinationRecordsTests {
    private func record(_ path: String, _ version: Int64) -> FileRecord {
        let entry = Entry(kind: .file, path: VaultPath(path), version: version, handle: "h")
        let author = FileRecord.Author(run: run, epoch: "e", now: now)
        return FileRecord(entry, status: .failed, author: author, previous: nil)
    }

    @Test("nothing that is known of one says anything of another", arguments: RecordStoreAdapter.available)
    func apart(adapter: RecordStoreAdapter) async throws {
        try await adapter.with { own in
            let stores: [any RecordStore] = [
                own, DestinationRecords(own, destination: "bucket/a/"),
                DestinationRecords(own, destination: "bucket/b/"),
            ]
            for (number, store) in stores.enumerated() {
                #expect(try await store.state(of: .notes) == nil)
                #expect(try await store.progress(of: .notes) == nil)
                #expect(try await store.allRecords(in: .notes, after: nil).collected().isEmpty)
                let lease = Lease(owner: try #require(RunID("run-\(number)")), now: now)
                #expect(try await store.takeLease(lease, .anew, on: .notes, now: now) == .taken(term: 1))
                #expect(try await store.save(record("a.md", Int64(10 - number)), in: .notes))
                let state = VaultState(
                    folder: "f\(number)",
                    epoch: "e",
                    cursor: nil,
                    run: lease.owner,
                    committed: now
                )
                #expect(try await store.commit(state, of: .notes))
                try await store.save(
                    VaultProgress(run: lease.owner, phase: .listing, updated: now),
                    of: .notes,
                    expires: nil
                )
                try await store.save(
                    Receipt(batch: number + 1),
                    of: run,
                    in: .notes,
                    expires: now.advanced(by: .seconds(60))
                )
            }
            for (number, store) in stores.enumerated() {
                let expected = record("a.md", Int64(10 - number))
                #expect(try await store.records(of: [expected.path], in: .notes) == [expected.path: expected])
                #expect(try await store.allRecords(in: .notes, after: nil).collected() == [[expected]])
                #expect(try await store.pendingRecords(in: .notes).collected() == [expected])
                #expect(try await store.state(of: .notes)?.folder == "f\(number)")
                #expect(try await store.progress(of: .notes)?.run == RunID("run-\(number)"))
                #expect(try await store.receipts(of: run, in: .notes, from: 1).collected().map(\.batch) == [number + 1])
                try await store.releaseLease(of: try #require(RunID("run-\(number)")), on: .notes)
            }
        }
    }

    @Test("what concerns the account and the folders is the same everywhere", arguments: RecordStoreAdapter.available)
    func shared(adapter: RecordStoreAdapter) async throws {
        try await adapter.with { own in
            let other = DestinationRecords(own, destination: "bucket/a/")
            let work = try #require(VaultID("work-id"))
            #expect(try await own.claim(folder: "Notes", for: .notes) == .notes)
            #expect(try await other.claim(folder: "Notes", for: .notes) == .notes)
            #expect(try await other.claim(folder: "Notes", for: work) == .notes)
            #expect(try await own.acquireLease(Lease(owner: run, now: now), on: .account, now: now))
            let lease = Lease(owner: try #require(RunID("run-2")), now: now)
            #expect(try await !other.acquireLease(lease, on: .account, now: now))
            #expect(try await own.noteOnce("n", until: now.advanced(by: .seconds(60)), now: now))
            #expect(try await !other.noteOnce("n", until: now.advanced(by: .seconds(60)), now: now))
        }
    }
}
