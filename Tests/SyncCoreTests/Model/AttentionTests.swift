import Clocks
import TestSupport
import Testing

@testable import SyncCore

@Suite("What needs somebody's attention")
struct AttentionTests {
    private func record(_ path: String, _ error: SyncError.Name) -> FileRecord {
        let entry = Entry(kind: .file, path: VaultPath(path), version: 7, handle: "7")
        let author = FileRecord.Author(run: .first, epoch: "e", now: Timestamp(milliseconds: 0))
        let status: FileRecord.Status = error == .sourceGone ? .skipped : .failed
        var record = FileRecord(entry, status: status, author: author, previous: nil, error: error)
        record.reason = "HTTP-500"
        record.pendingSince = Timestamp(milliseconds: 0)
        return record
    }

    private func summary() -> Summary {
        var summary = Summary(
            success: true,
            message: "",
            vaultsSynced: [.notes],
            filesCount: 0,
            errors: [],
            metadata: [:]
        )
        summary.vaults = [.init(vaultID: .notes, outcome: .mirrored)]
        return summary
    }

    @Test("files are named by version and reason; by path only where that is asked for")
    func names() async throws {
        let records = MemoryRecordStore()
        _ = try await records.save(record("secret.md", .corruptContent), in: .notes)
        var summary = summary()
        try await summary.addAttention(from: records)
        let one = try #require(summary.attention.first)
        #expect((one.version, one.reason, one.code, one.path) == (7, "CorruptContent", "HTTP-500", nil))
        try await summary.addAttention(from: records, withPaths: true)
        #expect(summary.attention.map(\.path) == ["secret.md"], "nothing is added twice")
    }

    @Test("what is gone at the source is said, and not missed")
    func gone() async throws {
        let records = MemoryRecordStore()
        _ = try await records.save(record("a.md", .sourceGone), in: .notes)
        _ = try await records.save(record("b.md", .tooLarge), in: .notes)
        var summary = summary()
        summary.attention = [.init(.notReady, of: .notes, count: 3)]
        try await summary.addAttention(from: records)
        #expect(summary.attentionCount == 3)
        #expect(summary.notMirrored == 1)
        #expect(summary.attention.first?.reason == "NotReady")
    }

    @Test("only so many are named, and all are counted")
    func bounded() async throws {
        let records = MemoryRecordStore()
        for number in 0..<(Summary.mostAttention + 5) {
            _ = try await records.save(record("\(number)", .tooLarge), in: .notes)
        }
        var summary = summary()
        try await summary.addAttention(from: records)
        #expect(summary.attention.count == Summary.mostAttention)
        #expect(summary.attentionCount == Summary.mostAttention + 5)
    }
}
