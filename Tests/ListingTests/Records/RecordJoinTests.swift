import Clocks
import TestSupport
import Testing

@testable import Listing
@testable import SyncCore

@Suite("Walking records beside entries")
struct RecordJoinTests {
    private func records(_ paths: [String]) -> [FileRecord] {
        let author = FileRecord.Author(run: .first, epoch: "e", now: Timestamp(milliseconds: 1))
        return paths.map { FileRecord(entry($0), status: .completed, author: author, previous: nil) }
    }

    private func entry(_ path: String) -> Entry {
        Entry(kind: .file, path: VaultPath(path), version: 1, handle: "")
    }

    private func text(_ step: RecordJoin.Step) -> String {
        switch step {
        case .passed(let record): "-\(record.path.rawValue)"
        case .met(let entry, let record): record.map { _ in "=" + entry.path.rawValue } ?? "+" + entry.path.rawValue
        }
    }

    @Test("entries and records come in one order, whatever the pages are", arguments: [1, 2, 3, 100])
    func walk(pageSize: Int) async throws {
        var join = RecordJoin(Replay(pagesOf: records(["a", "b", "c", "e", "f", "h"]), pageSize))
        var steps: [String] = []
        for paths in [["b", "d"], ["e"], []] {
            try await join.walk(past: paths.map(entry)) { steps.append(text($0)) }
        }
        #expect(steps == ["-a", "=b", "-c", "+d", "=e"])
        try await join.rest { steps.append("-" + $0.path.rawValue) }
        #expect(steps.suffix(2) == ["-f", "-h"])
    }

    @Test("a walk that is stopped gives one page at least, and meets no entry that it has not come to")
    func stopped() async throws {
        var join = RecordJoin(Replay(pagesOf: records(["a", "b", "c", "d"]), 2))
        var steps: [String] = []
        try await join.walk(past: ["c"].map(entry), stopping: { true }, visiting: { steps.append(text($0)) })
        #expect(steps == ["-a", "-b"])
        #expect(join.isStopped)
    }
}
