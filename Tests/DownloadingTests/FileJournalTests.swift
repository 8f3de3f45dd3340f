import Checksums
import Clocks
import Synchronization
import TestSupport
import Testing

@testable import Downloading
@testable import SyncCore

/// What people are told.
private final class Events: Sendable {
    private let all = Mutex<[SyncEvent]>([])

    var count: Int { all.withLock { $0.count } }

    func note(_ event: SyncEvent) { all.withLock { $0.append(event) } }
}

@Suite("What is written about a batch's files")
struct FileJournalTests {
    private let records = MemoryRecordStore()
    private let clock = ManualClock()
    private let events = Events()
    private let entry = Entry(kind: .file, path: VaultPath("a.mp4"), version: 7, handle: "h", size: 10)

    private func journal(_ body: (FileJournal) async throws -> Void) async throws {
        let ports = SyncPorts(
            provider: FakeProvider(FakeLibrary()),
            secret: Secret([:]),
            mirror: MemoryObjectStore(),
            destination: "here",
            state: MemoryObjectStore(),
            records: records,
            clock: clock
        )
        let lease = HeldLease(of: .first, .anew, on: .notes, in: records, clock: clock)
        _ = try await lease.take()
        let batch = BatchHeader(vault: .notes, folder: "Notes", listedUpTo: nil, mayHoldObjects: true)
        try await body(
            FileJournal(of: batch, run: .first, lease: lease, ports: ports) { event in
                events.note(event)
            }
        )
    }

    private var record: FileRecord? { records.files(of: .notes)[entry.path] }

    private func begun(validator: String?) throws -> FileRecord {
        let author = FileRecord.Author(run: .first, epoch: Vault.notes.epoch, now: clock.now)
        var record = FileRecord(entry, status: .inProgress, author: author, previous: nil)
        let upload = MultipartUpload(key: try ObjectKey("Notes/a.mp4"), id: "upload", partSize: 5)
        record.checkpoint = TransferCheckpoint(upload: upload, validator: validator)
        return record
    }

    @Test("a stored file has its size, its checksum and what the listing said otherwise")
    func completes() async throws {
        try await journal { journal in
            var content = FileContent(size: 12, stream: Replay([[UInt8]]()))
            content.correctsListing = true
            let file = try journal.file(of: entry).corrected(by: content)
            let outcome = try await journal.complete(file, StoredContent(size: 12, crc64nvme: CRC64NVME()), nil)
            guard case .stored(bytes: 12) = outcome else {
                Issue.record("it is \(outcome)")
                return
            }
        }
        #expect(record?.status == .completed)
        #expect(record?.size == 12)
        #expect(record?.listedSize == 10)
        #expect(record?.crc64nvme == CRC64NVME())
        #expect(events.count == 1)
    }

    @Test("what was there already is recorded with the listing's size, and nobody is told of it as stored")
    func adopts() async throws {
        try await journal { journal in
            var content = FileContent(size: 12, stream: Replay([[UInt8]]()))
            content.correctsListing = true
            let file = try journal.file(of: entry).corrected(by: content)
            _ = try await journal.adopt(file, StoredContent(size: 12), nil)
        }
        #expect(record?.listedSize == 10)
        #expect(events.count == 0)
    }

    @Test(
        "an upload is kept only where a later attempt can go on with it",
        arguments: [
            (SyncError(.sourceUnavailable, "it broke"), "v", true), (SyncError(.fileUnavailable, "not now"), "v", true),
            (SyncError(.sourceUnavailable, "it broke"), nil, false), (SyncError(.corruptContent, "wrong"), "v", false),
            (SyncError.contentChanged("other bytes"), "v", false),
        ] as [(SyncError, String?, Bool)]
    )
    func checkpoints(error: SyncError, validator: String?, isKept: Bool) async throws {
        let known = try begun(validator: validator)
        try await journal { journal in
            let (_, useless) = try await journal.fail(entry, error, known)
            #expect(useless == (isKept ? nil : known.checkpoint?.upload))
        }
        #expect(record?.checkpoint == (isKept ? known.checkpoint : nil))
        #expect(record?.status == .failed)
        #expect(record?.lastError == error.name)
    }

    @Test(
        "what is gone, and a name that is refused, is passed over and named by every run",
        arguments: [
            SyncError(.sourceGone, "gone"), SyncError(.nameRefused, "too long"),
        ]
    )
    func hopeless(error: SyncError) async throws {
        try await journal { journal in
            _ = try await journal.fail(entry, error, nil)
            #expect(record?.status == .skipped)
            #expect(record?.pendingSince == clock.now)
        }
    }

    @Test("nothing is written once another run has the vault")
    func leaseLost() async throws {
        try await journal { journal in
            records.setLease(Lease(owner: .second, now: clock.now.advanced(by: .seconds(3600))), on: .notes)
            clock.advance(by: .seconds(120))
            await #expect(throws: LeaseLost.self) { try await journal.begin(entry, nil) }
        }
        #expect(record == nil)
    }

    @Test("only what is not known may be there already")
    func mayBeThere() async throws {
        try await journal { journal in
            #expect(journal.mayBeThere(nil))
            let known = try begun(validator: nil)
            #expect(!journal.mayBeThere(known))
        }
    }
}
