import Testing

@testable import Pipeline
@testable import SyncCore

@Suite("census of a vault")
struct VaultCensusTests {
    private func record(_ path: String, _ status: FileRecord.Status, error: SyncError.Name? = nil) throws -> FileRecord
    {
        let run = try #require(RunID("run"))
        var record = FileRecord(
            path: VaultPath(path),
            status: status,
            version: 1,
            handle: "h",
            epoch: VaultEpoch(rawValue: "e"),
            run: run
        )
        record.size = 10
        record.lastError = error
        return record
    }

    @Test("counts what is mirrored of what is known, and names what was tried in vain")
    func count() throws {
        var census = VaultCensus(mostFailures: 1)
        census.count(try record("a", .completed))
        census.count(try record("b", .inProgress))
        census.count(try record("c", .failed, error: .corruptContent))
        census.count(try record("d", .skipped, error: .nameRefused))
        census.count(try record("e", .skipped, error: .sourceGone))
        census.count(try record("f", .deleted))
        #expect(census.mirrored.files == 1)
        #expect(census.mirrored.bytes == 10)
        #expect(census.known.files == 4, "what is gone at the source is not there")
        #expect(census.failureCount == 3, "but it is said")
        #expect(census.failures.map(\.path.rawValue) == ["c"])
    }
}
