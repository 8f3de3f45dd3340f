import AWSClient
import Foundation
import Simulators
import SyncCore
import TestSupport
import Testing

/// Buckets and tables as the functions of the first release left them, under the present functions.
@Suite(
    "a deployment of the first release",
    .tags(.integration),
    .enabled(if: Deployment.emulator != nil),
    .timeLimit(.minutes(5))
)
struct RecordedDeploymentTests {
    private static let held = 110

    @Test(
        "with a failed run and deletions that are held back: a redrive, or a new run, fetches one file and deletes nothing",
        arguments: [true, false]
    )
    func notes(_ isRedrive: Bool) async throws {
        try await RecordedDeployment.with("functions-notes") { deployment in
            let before = try await deployment.files()
            let summary = isRedrive ? try await deployment.goOn() : try await deployment.run()
            #expect(deployment.fetched().bodies == 1, "the one that had failed")
            // Two were deleted by the run that is gone on with, before it failed.
            #expect(summary.metadata["deleted"] == (isRedrive ? "2" : "0"))
            #expect(summary.notes.contains { $0.contains("\(Self.held) deletions were held back") })
            let after = try await deployment.files()
            let emptied = after.filter { $0.key.rawValue.contains("/" + RecordedLibrary.emptiedFolder) }
            #expect(emptied.count == Self.held)
            #expect(emptied.allSatisfy { before[$0.key] == $0.value })
            #expect(after.filter { emptied[$0.key] == nil } == deployment.library)
            try await deployment.expectInvariants()
        }
    }

    @Test("with an upload that was interrupted goes on with its parts")
    func media() async throws {
        try await RecordedDeployment.with("functions-media") { deployment in
            #expect(deployment.openUploads == 1)
            let stored = try deployment.recording.rows("uploads.jsonl").flatMap { $0.elements("parts") }
                .compactMap { $0.integer("size") }.reduce(0, +)
            #expect(stored > 0)
            let before = try await deployment.files()
            let missing = deployment.library.filter { before[$0.key] == nil }.reduce(0) { $0 + Int64($1.value.count) }
            let summary = try await deployment.goOn()
            #expect(summary.success)
            #expect(try await deployment.files() == deployment.library)
            #expect(deployment.fetched().bytes == missing - stored)
            #expect(deployment.openUploads == 0)
            try await deployment.expectInvariants()
        }
    }

    @Test(
        "with a run that was stopped in any phase ends as it should, and fetches nothing again",
        arguments: [
            "functions-opening", "functions-page", "functions-delete", "functions-settle", "functions-drain",
            "functions-group",
        ]
    )
    func stopped(_ name: String) async throws {
        try await RecordedDeployment.with(name) { deployment in
            let next = try #require(deployment.recording.about.next)
            let leftOut = next.text("left_out")
            let vault = next.members["event"]?.members["request"]?.elements("vault_ids").first
            let folder =
                switch vault {
                case .string(RecordedLibrary.journalID)?: RecordedLibrary.journalName + "/"
                case .string(RecordedLibrary.storeID)?: RecordedLibrary.storeName + "/"
                default: ""
                }
            let wanted = deployment.library.filter { path, _ in
                path.rawValue.hasPrefix(RecordedDeployment.prefix + folder)
                    && leftOut.map { !path.rawValue.contains("/" + $0) } ?? true
            }
            let before = try await deployment.files()
            let lacking = wanted.filter { path, bytes in before[path] != bytes }
            let renamed = lacking.filter { before.values.contains($0.value) }
            let summary = try await deployment.goOn()
            #expect(summary.success)
            #expect(try await deployment.files() == wanted)
            #expect(deployment.fetched().bodies <= lacking.count)
            #expect(deployment.fetched().bodies >= lacking.count - renamed.count)
            let fetched = deployment.fetched().bodies
            var request: JSON = .object(vault.map { ["vault_ids": .array([$0])] } ?? [:])
            if let leftOut {
                let exclude: JSON = .object(["exclude": .array([.string("/" + leftOut)])])
                request = request.setting(exclude, at: ["options"])
            }
            _ = try await deployment.run(request)
            #expect(deployment.fetched().bodies == fetched)
            #expect(try await deployment.files() == wanted)
            try await deployment.expectInvariants()
        }
    }

    @Test("and the present functions write the same keys, metadata, tags and items, byte for byte")
    func forms() async throws {
        try await RecordedDeployment.with("functions-notes", isRestored: false) { deployment in
            _ = try await deployment.run()
            let bucket = deployment.stored.bucket
            var compared = 0
            for row in try deployment.recording.rows("objects.jsonl") {
                let key = try #require(row.text("key"))
                let bytes = try deployment.recording.content(row) { _ in [] }
                guard let file = deployment.library[VaultPath(key)], file == bytes else { continue }
                compared += 1
                let stored = try #require(deployment.store.object(key, in: bucket))
                #expect(stored.metadata == deployment.texts(row.members["metadata"]), "\(key)")
                #expect(stored.contentType == row.text("content_type"), "\(key)")
                #expect(stored.tags == deployment.texts(row.members["tags"]), "\(key)")
            }
            #expect(compared > 20)
            compared = 0
            for row in try deployment.recording.rows("items.jsonl") {
                let recorded = try JSONDecoder().decode(
                    [String: DynamoDB.AttributeValue].self,
                    from: try JSONEncoder().encode(row)
                )
                let key = recorded.filter { $0.key == "vault_id" || $0.key == "item" }
                guard recorded["item"]?.string?.hasPrefix("file#") == true, recorded["s"] == nil else { continue }
                let found = try await deployment.stored.dynamoDB.getItem(
                    .init(consistentRead: true, key: key, tableName: deployment.stored.table)
                )
                // What is held back at the source is not there for a mirror that begins now.
                guard let item = found.item, item["v"] == recorded["v"] else { continue }
                compared += 1
                for name in ["e", "h", "n", "d", "c", "m"] {
                    #expect(item[name] == recorded[name], "\(name) of \(recorded["item"]?.string ?? "")")
                }
            }
            #expect(compared > 20)
        }
    }
}
