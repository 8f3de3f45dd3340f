import AWSClient
import Checksums
import Clocks
import Foundation
import SyncCore
import TestSupport
import Testing

@testable import AWSAdapters

/// Items of the table in both directions.
@Suite("Items of the table and the first release")
struct FirstReleaseItemTests {
    private static let author: FileRecord.Author? = RunID("3f0e7a52-91cd-4c2e-8c55-0b8e3a1f7d10").map {
        .init(run: $0, epoch: "c7f7353757ddb129@bucket/vaults/", now: Timestamp(milliseconds: 1_796_029_603_096))
    }

    private func records() throws -> [FileRecord] {
        let author = try #require(Self.author)
        let entry = Entry(
            kind: .file,
            path: VaultPath("Days/1.md"),
            version: 7,
            handle: "other",
            size: 12,
            mtime: Timestamp(milliseconds: 5),
            sha256: String(repeating: "ab", count: 32)
        )
        let plain = FileRecord(entry, status: .completed, author: author, previous: nil)
        var open = FileRecord(entry, status: .inProgress, author: author, previous: plain)
        open.checkpoint = TransferCheckpoint(
            upload: MultipartUpload(key: try ObjectKey("Days/1.md"), id: "upload", partSize: 5 << 20),
            validator: "mark",
            checksums: [1: CRC64NVME(of: [1, 2, 3])]
        )
        open.crc64nvme = CRC64NVME(of: [1])
        let failed = FileRecord(entry, status: .failed, author: author, previous: open, error: .corruptContent)
        let skipped = FileRecord(entry, status: .skipped, author: author, previous: nil, error: .sourceGone)
        var deleted = plain
        deleted.status = .deleted
        var long = plain
        long.path = VaultPath(String(repeating: "long ", count: 300))
        return [plain, open, failed, skipped, deleted, long]
    }

    @Test("the first release reads every kind of record that is written now")
    func forwards() throws {
        let vault = try #require(VaultID("vault-1"))
        for record in try records() {
            let item = try RecordItem.item(record, in: vault)
            let old = try JSONDecoder().decode(FirstRelease.Item.self, from: JSONEncoder().encode(item))
            if record.path.rawValue.utf8.count < 1000 { #expect(old.obstacle == nil) }
            if let checkpoint = old.checkpoint {
                _ = try JSONDecoder().decode(FirstRelease.Checkpoint.self, from: Data(checkpoint.utf8))
            }
        }
    }

    @Test(
        "every recorded item of a file is read, and written again under the same key with the same values",
        arguments: Recording.names("functions-")
    )
    func backwards(_ name: String) throws {
        var files = 0
        for row in try Recording(name).rows("items.jsonl") {
            let item = try JSONDecoder().decode(DynamoRecordStore.Item.self, from: JSONEncoder().encode(row))
            guard item["item"]?.string?.hasPrefix(RecordItem.filePrefix) == true else { continue }
            files += 1
            let vault = try #require(item["vault_id"]?.string.flatMap { VaultID($0) })
            let again = try RecordItem.item(try RecordItem.record(item), in: vault)
            for (attribute, value) in item where attribute != "t" {
                #expect(again[attribute] == value, "\(attribute) of \(item["item"]?.string ?? "")")
            }
            #expect((again["t"] == nil) == (item["t"] == nil))
        }
        #expect(files > 0)
    }

    @Test(
        "what stands beside the files is read: states, progress and receipts",
        arguments: Recording.names("functions-")
    )
    func others(_ name: String) throws {
        for row in try Recording(name).rows("items.jsonl") {
            let item = try JSONDecoder().decode(DynamoRecordStore.Item.self, from: JSONEncoder().encode(row))
            if let text = item["state"]?.string { _ = try RecordItem.decoded(VaultState.self, text) }
            if let text = item["progress"]?.string { _ = try RecordItem.decoded(VaultProgress.self, text) }
            if let text = item["receipt"]?.string { _ = try RecordItem.decoded(Receipt.self, text) }
        }
    }
}
