import AWSAdapters
import AWSClient
import AWSSigning
import Foundation
import Logging
import SyncCore
import TestSupport

/// Counts what reading records costs on both ways, from a table in this process.
func measureReads(_ count: Int) async throws {
    let table = MeteredTable(count: count)
    let client = AWSClient(
        executor: table,
        credentials: StaticCredentialProvider(Credential(accessKeyId: "a", secretAccessKey: "b")),
        region: Region(rawValue: "eu-central-1"),
        logger: Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
    )
    let store = DynamoRecordStore(dynamoDB: DynamoDB(client: client), table: "t")
    guard let vault = VaultID("v"), let run = RunID("run-1") else { return }
    let author = FileRecord.Author(run: run, epoch: "e1@b/", now: InstantClock.start)
    let entry = Entry(
        kind: .file,
        path: VaultPath("\(MeteredTable.digits(0)).md"),
        version: 12_345_678,
        handle: "12345678",
        size: 1200,
        mtime: InstantClock.start,
        sha256: String(repeating: "0f", count: 32)
    )
    _ = try await store.save(FileRecord(entry, status: .completed, author: author, previous: nil), in: vault)
    var found = 0
    let walk = try await Usage.measure {
        for try await page in store.allRecords(in: vault, after: nil) { found += page.count }
    }
    guard found == count else { fatalError("\(found) records of \(count)") }
    let whole = table.usage
    print(
        String(
            format: "%9d records of %d bytes, all of them: %d calls, %.0f read units, %.3f s CPU, peak %.1f MiB",
            count,
            table.itemSize,
            whole.queries,
            whole.units,
            walk,
            Usage.peakMemory
        )
    )
    let asked = count / 20
    let byPath = try await Usage.measure {
        for start in stride(from: 0, to: asked, by: 100) {
            let paths = (start..<min(start + 100, asked)).map { VaultPath("\(MeteredTable.digits($0 * 20)).md") }
            let known = try await store.records(of: paths, in: vault)
            guard known.count == paths.count else { fatalError("\(known.count) records of \(paths.count) paths") }
        }
    }
    print(
        String(
            format: "%9d of them by path: %d calls, %.0f read units, %.3f s CPU, peak %.1f MiB",
            asked,
            table.usage.batches,
            table.usage.units - whole.units,
            byPath,
            Usage.peakMemory
        )
    )
}
