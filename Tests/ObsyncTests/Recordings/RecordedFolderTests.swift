import ArgumentParser
import Clocks
import Foundation
import LocalAdapters
import Simulators
import StateMachine
import SyncCore
import TestSupport
import Testing

@testable import obsync

/// Folders as the first release left them, opened by the present build.
@Suite("a folder of the first release", .tags(.integration))
struct RecordedFolderTests {
    /// How somebody goes on with a folder.
    enum Way: CaseIterable, Sendable {
        case redrive, sync, complete
    }

    private static let held = 110

    @Test(
        "with a failed execution and deletions that are held back: one file is fetched, nothing is deleted",
        arguments: Way.allCases
    )
    func notes(_ way: Way) async throws {
        try await RecordedFolder.with("folder-notes") { mirror in
            let before = try mirror.files()
            let summary = try await mirror.goOn(way)
            #expect(mirror.fetched().bodies == 1, "the one that had failed")
            // Two were deleted by the run that is gone on with, before it failed.
            #expect(summary.metadata["deleted"] == (way == .redrive ? "2" : "0"))
            #expect(summary.notes.contains { $0.contains("\(Self.held) deletions were held back") })
            let after = try mirror.files()
            let emptied = after.filter { $0.key.rawValue.hasPrefix(mirror.emptied) }
            #expect(emptied.count == Self.held)
            #expect(emptied == before.filter { $0.key.rawValue.hasPrefix(mirror.emptied) })
            #expect(after.filter { emptied[$0.key] == nil } == mirror.library)
            try await mirror.expectNothingLeft()
            let again = try await mirror.sync()
            #expect(again.notes.contains { $0.contains("\(Self.held) deletions were held back") })
            #expect(try mirror.files() == after)
            #expect(mirror.fetched().bodies == 1)
        }
    }

    @Test(
        "with an upload that was interrupted: its parts are not fetched again, nor anything else",
        arguments: Way.allCases
    )
    func media(_ way: Way) async throws {
        try await RecordedFolder.with("folder-media") { mirror in
            let parts = try #require(mirror.halfWritten().first { $0.hasSuffix(".parts") })
            let list = try String(contentsOfFile: mirror.folder.data + "/tmp/" + parts, encoding: .utf8)
            let stored = list.split(separator: "\n").dropFirst().compactMap {
                $0.split(separator: " ").dropFirst().first
            }
            .compactMap { Int64($0) }.reduce(0, +)
            #expect(stored > 0)
            let before = try mirror.files()
            let missing = mirror.library.filter { before[$0.key] == nil }.reduce(0) { $0 + Int64($1.value.count) }
            _ = try await mirror.goOn(way)
            #expect(try mirror.files() == mirror.library)
            #expect(mirror.fetched().bytes == missing - stored)
            #expect(mirror.halfWritten() == [])
            try await mirror.expectNothingLeft()
        }
    }

    @Test(
        "with an execution that was killed in any phase ends as it should, by a redrive or by a new run",
        arguments: ["folder-opening", "folder-paging", "folder-deleting", "folder-settling"],
        Way.allCases
    )
    func stopped(_ name: String, _ way: Way) async throws {
        try await RecordedFolder.with(name) { mirror in
            // They were all runs of one vault.
            let vault = name == "folder-deleting" ? RecordedLibrary.storeName : RecordedLibrary.journalName
            let wanted = mirror.library.filter { $0.key.rawValue.hasPrefix(vault) }
            let before = try mirror.files()
            let lacking = wanted.filter { path, bytes in before[path] != bytes }
            let renamed = lacking.filter { before.values.contains($0.value) }
            let execution = try #require(try await KeptExecutions(in: mirror.folder).newest())
            switch way {
            case .redrive: _ = try await mirror.redrive(execution)
            case .sync, .complete:
                var options = try RunOptions.parse([])
                options.complete = way == .complete
                // What the stopped run was allowed to.
                options.allowDeletions = name == "folder-deleting" ? .all : nil
                _ = try await mirror.sync(vault, options)
            }
            #expect(try mirror.files() == wanted)
            #expect(mirror.fetched().bodies <= lacking.count)
            #expect(mirror.fetched().bodies >= lacking.count - renamed.count)
            try await mirror.expectNothingLeft()
            let fetched = mirror.fetched()
            _ = try await mirror.sync(vault, RunOptions.parse([]))
            #expect(mirror.fetched() == fetched)
            #expect(try mirror.files() == wanted)
        }
    }
}

extension RecordedFolder {
    /// The folder whose files are gone at the source.
    var emptied: String { RecordedLibrary.storeName + "/" + RecordedLibrary.emptiedFolder }

    func goOn(_ way: RecordedFolderTests.Way) async throws -> Summary {
        switch way {
        case .redrive: try await redrive()
        case .sync: try await sync()
        case .complete: try await sync(complete: true)
        }
    }

    /// No lease stands, and nothing waits.
    func expectNothingLeft(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let records = try SQLiteRecordStore(path: folder.data + "/records.sqlite")
        for id in [RecordedLibrary.journalID, RecordedLibrary.storeID, "gopro"] {
            let vault = try #require(VaultID(id))
            for try await record in records.pendingRecords(in: vault) {
                Issue.record("\(record.path.rawValue) waits", sourceLocation: sourceLocation)
            }
            let other = try #require(RunID("other"))
            let now = SystemClock().now
            #expect(
                try await records.acquireLease(Lease(owner: other, now: now), on: vault, now: now),
                sourceLocation: sourceLocation
            )
            try await records.releaseLease(of: other, on: vault)
        }
    }
}

extension KeptExecutions {
    /// The name of the newest execution.
    func newest() async throws -> String? {
        try await store.executions(status: nil, limit: 1).first?.name
    }
}
