import Clocks
import TestSupport
import Testing

@testable import Listing
@testable import SyncCore

@Suite("How a vault stands")
struct VaultMeasuresTests {
    private let records = MemoryRecordStore()
    private let faults = Faults<FaultyRecordStore.Operation>()
    private let clock = ManualClock()

    private var measures: VaultMeasures {
        VaultMeasures(
            records: FaultyRecordStore(records, fail: faults),
            clock: clock,
            metrics: SyncMetrics(),
            logger: .quiet
        )
    }

    private func save(_ path: String, _ status: FileRecord.Status) async throws {
        let author = FileRecord.Author(run: .first, epoch: "e", now: clock.now)
        var record = FileRecord(file(path), status: status, author: author, previous: nil)
        if status == .skipped { record.pendingSince = clock.now }
        _ = try await records.save(record, in: .notes)
    }

    @Test("all that waits is counted, also what nobody waits for")
    func pending() async throws {
        try await save("a", .failed)
        try await save("b", .skipped)
        try await save("c", .completed)
        #expect(try await measures.measurePending(in: .notes, nil) == 2)
    }

    @Test("a store that does not answer lets no run fail")
    func fault() async throws {
        faults.replace { _, _ in .init(SyncError(.storeUnavailable, "away"), afterDoing: false) }
        #expect(try await measures.measurePending(in: .notes, nil) == nil)
    }
}
