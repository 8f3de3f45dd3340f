import Clocks
import Foundation
import Pipeline
import StateMachine
import SyncCore
import Testing

@testable import obsync

private let begin = StateMachine.Timestamp(secondsSinceEpoch: 1_796_000_000)

@Suite("the page of a run")
struct ReportPageTests {
    private static let definition = """
        {"StartAt":"List","States":{
         "List":{"Type":"Pass","Next":"Download"},
         "Download":{"Type":"Map","ItemsPath":"$.batches","ItemProcessor":{"StartAt":"DownloadBatch","States":{
           "DownloadBatch":{"Type":"Pass","End":true}}},"Next":"Done"},
         "Done":{"Type":"Succeed"}}}
        """

    private func event(
        _ id: Int,
        _ type: String,
        _ line: [Int] = [],
        at second: Int64 = 0,
        with details: JSONValue = [:]
    ) -> HistoryEvent {
        HistoryEvent(
            id: id,
            previousEventID: id - 1,
            type: HistoryEventType(type),
            timestamp: begin.advanced(by: .seconds(second)),
            line: line,
            details: HistoryEvent.Details(details)
        )
    }

    /// Two batches side by side, of which one fails once.
    private var history: RunHistory {
        let batch: (Int64) -> JSONValue = {
            ["name": "DownloadBatch", "input": ["batch": ["number": .integer($0), "vault_id": "v"]]]
        }
        var history = RunHistory()
        for event in [
            event(1, "ExecutionStarted"), event(2, "TaskStateEntered", with: ["name": "Authenticate"]),
            event(
                3,
                "TaskSucceeded",
                with: [
                    "output": [
                        "Payload": [
                            "provider": "obsidian", "secret_version": "1", "expires_at": "2026-12-31T00:00:00Z",
                        ]
                    ]
                ]
            ),
            event(4, "TaskStateExited", with: ["name": "Authenticate"]),
            event(5, "TaskStateEntered", with: ["name": "List"]),
            event(6, "TaskSucceeded", with: ["output": ["Payload": ["next": "work", "batches": []]]]),
            event(7, "TaskStateExited", at: 1, with: ["name": "List"]),
            event(8, "MapStateEntered", at: 1, with: ["name": "Download"]),
            event(9, "MapIterationStarted", [0], at: 1), event(10, "MapIterationStarted", [1], at: 1),
            event(11, "TaskStateEntered", [0], at: 1, with: batch(1)),
            event(12, "TaskStateEntered", [1], at: 1, with: batch(2)),
            event(
                13,
                "TaskFailed",
                [1],
                at: 2,
                with: [
                    "error": "SourceUnavailable",
                    "cause": #"{"errorType":"SourceUnavailable","errorMessage":"<b>gone</b>"}"#,
                ]
            ),
            event(
                14,
                "TaskSucceeded",
                [0],
                at: 3,
                with: ["output": ["Payload": ["files": 3, "bytes": 3000, "failed": 0]]]
            ),
            event(15, "TaskStateExited", [0], at: 3, with: ["name": "DownloadBatch"]),
            event(16, "MapIterationSucceeded", [0], at: 3),
            event(
                17,
                "TaskSucceeded",
                [1],
                at: 5,
                with: ["output": ["Payload": ["files": 1, "bytes": 1000, "failed": 1]]]
            ),
            event(18, "TaskStateExited", [1], at: 5, with: ["name": "DownloadBatch"]),
            event(19, "MapIterationSucceeded", [1], at: 5),
            event(20, "MapStateExited", at: 5, with: ["name": "Download"]),
            event(21, "SucceedStateEntered", at: 5, with: ["name": "Done"]),
        ] { history.take(event) }
        return history
    }

    private func page(_ names: Bool, _ records: [FileRecord] = []) throws -> String {
        var record = ExecutionRecord(name: "run-1", definition: "", input: [:], started: begin)
        record.status = .succeeded
        record.stopped = begin.advanced(by: .seconds(6))
        var census = FileCensus(run: RunID("run-1"))
        for record in records { census.take(record, of: "v") }
        census.finish()
        var data = ReportData(
            place: "/mirror",
            hasNames: names,
            chain: [record],
            outline: MachineOutline(try StateMachineDefinition(parsing: Self.definition)),
            history: history,
            census: census,
            names: ["v": "<i>Notes & more</i>"],
            now: begin
        )
        data.summary = Summary(
            success: true,
            message: "Synced 1 vault",
            vaultsSynced: [],
            filesCount: 4,
            errors: [],
            metadata: [:]
        )
        return ReportPage(data: data).html
    }

    private func record(
        _ path: String,
        _ status: FileRecord.Status,
        sha256: String? = nil,
        run: String = "run-1",
        changed: Bool = false
    ) throws -> FileRecord {
        let entry = Entry(
            kind: .file,
            path: VaultPath(path),
            version: 1,
            handle: "h",
            size: 2000,
            mtime: nil,
            sha256: sha256
        )
        let author = FileRecord.Author(
            run: try #require(RunID(run)),
            epoch: VaultEpoch(rawValue: "e"),
            now: Clocks.Timestamp(milliseconds: 5000)
        )
        var record = FileRecord(
            entry,
            status: status,
            author: author,
            previous: nil,
            error: status == .failed ? .corruptContent : nil
        )
        if changed { record.firstSynced = Clocks.Timestamp(milliseconds: 1) }
        return record
    }

    @Test("a history adds up to states, steps, batches, failures and the token's life")
    func adds() throws {
        let history = history
        #expect(history.pages == 1 && history.batches.count == 2 && history.failureCount == 1)
        #expect(history.batches.map(\.files) == [3, 1] && history.batches.map(\.bytes) == [3000, 1000])
        #expect(history.batches.map(\.failures) == [0, 1] && history.batches.map(\.failed) == [0, 1])
        #expect(history.states["DownloadBatch"]?.entered == 2 && history.states["DownloadBatch"]?.time == .seconds(6))
        #expect(
            history.steps[.init(from: "List", to: "Download")] == 1
                && history.steps[.init(from: nil, to: "DownloadBatch")] == 2
        )
        #expect(history.failures.first?.batch == 2 && history.failures.first?.message == "<b>gone</b>")
        #expect(history.tokens.first?.expires == "2026-12-31T00:00:00Z")
        let timeline = TimelineDrawing(history.batches, until: begin)
        #expect(timeline.concurrency == 2 && timeline.svg?.description.components(separatedBy: "<rect").count == 3)
    }

    @Test("what the records say is counted: added, changed, renamed, deleted, failed; later runs' files are not")
    func census() throws {
        var census = FileCensus(run: RunID("run-1"))
        for record in [
            try record("new.md", .completed, sha256: "a"),
            try record("changed.md", .completed, sha256: "b", changed: true),
            try record("to.md", .completed, sha256: "c"), try record("from.md", .deleted, sha256: "c"),
            try record("gone.md", .deleted, sha256: "d"), try record("bad.md", .failed),
            try record("other.md", .completed, run: "run-2"),
        ] { census.take(record, of: "v") }
        census.finish()
        #expect(census.counts == [.added: 1, .changed: 1, .renamed: 1, .deleted: 1, .failed: 1])
        #expect(census.named[.renamed]?.map(\.path) == ["to.md"] && census.others == 1)
        #expect(census.sizes[1] == 4 && census.stored[1] == 3)
    }

    @Test("whatever names and messages hold is text")
    func escapes() throws {
        let page = try page(
            true,
            [try record("<script>alert(1)</script>.md", .failed), try record("\u{202E}a\"'&.md", .completed)]
        )
        #expect(!page.contains("<script") && page.contains("&lt;script&gt;alert(1)&lt;/script&gt;.md"))
        #expect(page.contains("&lt;b&gt;gone&lt;/b&gt;") && page.contains("&lt;i&gt;Notes &amp; more&lt;/i&gt;"))
        #expect(page.contains("?a&quot;&#39;&amp;.md"))
        #expect(page.contains("default-src &#39;none&#39;") == false && page.contains("default-src 'none'"))
    }

    @Test("without names a page names no vault and no file, and says so")
    func nameless() throws {
        let page = try page(false, [try record("secret plan.md", .failed), try record("other plan.md", .completed)])
        #expect(!page.contains("plan.md") && !page.contains("Notes"))
        #expect(page.contains("CorruptContent") && page.contains("names neither vaults nor files"))
    }
}
