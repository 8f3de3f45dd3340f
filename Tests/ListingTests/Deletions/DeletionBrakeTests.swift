import TestSupport
import Testing

@testable import Listing
@testable import SyncCore

@Suite("The brake on deletions")
struct DeletionBrakeTests {
    struct Row: Sendable {
        let gone: Int
        let lately: Int
        let held: Int
        let isHeldBack: Bool

        init(_ gone: Int, _ lately: Int, of held: Int, _ isHeldBack: Bool) {
            (self.gone, self.lately, self.held, self.isHeldBack) = (gone, lately, held, isHeldBack)
        }
    }

    @Test(
        "ten files, a fifth of a vault and a thousand files are the limits",
        arguments: [
            Row(0, 5000, of: 10, false), Row(10, 0, of: 10, false), Row(11, 0, of: 11, true), Row(90, 0, of: 90, true),
            Row(11, 0, of: 55, false), Row(12, 0, of: 55, true),
            // A vault of 1,000 files that loses 100 in each run.
            Row(100, 0, of: 1000, false), Row(100, 100, of: 900, false), Row(100, 200, of: 800, true),
            Row(1000, 0, of: 100_000, false), Row(1001, 0, of: 100_000, true), Row(1, 1000, of: 100_000, true),
        ]
    )
    func limits(row: Row) {
        let brake = DeletionBrake()
        #expect(
            brake.holdsBack(.init(files: row.gone), lately: .init(files: row.lately), of: .init(files: row.held))
                == row.isHeldBack
        )
    }

    @Test("bytes count as files do")
    func bytes() {
        let brake = DeletionBrake()
        let held = DeletionBrake.Amount(files: 1000, bytes: 1_000_000)
        #expect(!brake.holdsBack(.init(files: 11, bytes: 200_000), lately: .init(), of: held))
        #expect(brake.holdsBack(.init(files: 11, bytes: 200_001), lately: .init(), of: held))
        #expect(!brake.holdsBack(.init(files: 10, bytes: 900_000), lately: .init(), of: held))
    }
}

@Suite("The census of what is gone")
struct GoneCensusTests {
    private static func record(
        _ path: String,
        _ content: UInt64,
        _ status: FileRecord.Status = .completed
    ) -> FileRecord {
        let digits = String(content, radix: 16)
        let sha256 = String(repeating: "0", count: 16 - digits.count) + digits + String(repeating: "0", count: 48)
        let entry = Entry(kind: .file, path: VaultPath(path), version: 1, handle: "1", size: 10, sha256: sha256)
        return FileRecord(
            entry,
            status: status,
            author: .init(run: .first, epoch: "e", now: InstantClock.start),
            previous: nil
        )
    }

    @Test("what lies elsewhere too is no loss; what was never stored or is deleted already neither")
    func counts() {
        let gone = [
            Self.record("moved", 1), Self.record("copy-1", 2), Self.record("copy-2", 2), Self.record("lost", 3),
            Self.record("lost-twice-1", 4), Self.record("lost-twice-2", 4), Self.record("never", 5, .failed),
            Self.record("before", 6, .deleted),
        ]
        var census = GoneCensus()
        census.add(gone: gone)
        #expect(census.gone == .init(files: 6, bytes: 60))
        census.add(held: gone + [Self.record("new", 1), Self.record("kept", 2), Self.record("other", 9)])
        #expect(census.gone == .init(files: 3, bytes: 30))
        #expect(census.held == .init(files: 9, bytes: 90))
    }

    @Test("of files without a hash each counts")
    func unhashed() {
        var record = Self.record("a", 1)
        record.sha256 = nil
        var census = GoneCensus()
        census.add(gone: [record])
        census.add(held: [record, Self.record("b", 1)])
        #expect(census.gone.files == 1)
    }
}
