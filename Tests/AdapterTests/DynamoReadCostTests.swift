import AWSAdapters
import AWSClient
import AWSSigning
import HTTPTransport
import SyncCore
import TestSupport
import Testing

@Suite("What reading a vault's records costs")
struct DynamoReadCostTests {
    private func store(over table: MeteredTable) -> DynamoRecordStore {
        let client = AWSClient(
            executor: table,
            credentials: StaticCredentialProvider(Credential(accessKeyId: "a", secretAccessKey: "b")),
            region: Region(rawValue: "eu-central-1"),
            logger: .quiet
        )
        return DynamoRecordStore(dynamoDB: DynamoDB(client: client), table: "t")
    }

    /// The record of a file of a short name, as a vault of a million of them has it.
    private func record(_ number: Int) throws -> FileRecord {
        let author = FileRecord.Author(run: try #require(RunID("run-1")), epoch: "e1@b/", now: InstantClock.start)
        let entry = Entry(
            kind: .file,
            path: VaultPath("\(MeteredTable.digits(number)).md"),
            version: 12_345_678,
            handle: "12345678",
            size: 1200,
            mtime: InstantClock.start,
            sha256: String(repeating: "0f", count: 32)
        )
        var record = FileRecord(entry, status: .completed, author: author, previous: nil)
        record.fingerprint = Self.etag
        return record
    }

    private static let etag = ObjectFingerprint("9b2cf535f27731c974343645a3985328")

    @Test("a walk over the records costs what their bytes cost, at half the price, in pages of 1 MiB")
    func walk() async throws {
        let table = MeteredTable(count: 20_000)
        let vault = try #require(VaultID("v"))
        let store = store(over: table)
        _ = try await store.save(record(0), in: vault)
        var found = 0
        for try await page in store.allRecords(in: vault, after: nil) {
            #expect(try page.first == record(found))
            found += page.count
        }
        #expect(found == 20_000)
        #expect(table.itemSize <= 123, "a record is as small as it can be")
        #expect(table.usage.queries == 3)
        // A million of them: 118 pages of 1 MiB, and half a unit for each 4 KiB. The benchmark reads them all.
        #expect(table.usage.units * 50 <= 15_200)
        #expect((Double(table.itemSize) * 1_000_000 / Double(1 << 20)).rounded(.up) <= 118)
    }

    @Test("records that are asked for by path come 100 a call, for one unit each")
    func byPath() async throws {
        let table = MeteredTable(count: 20_000)
        let vault = try #require(VaultID("v"))
        let store = store(over: table)
        _ = try await store.save(record(0), in: vault)
        for start in stride(from: 0, to: 500, by: 100) {
            let paths = try (start..<(start + 100)).map { try record($0 * 50).path }
            let found = try await store.records(of: paths, in: vault)
            #expect(found.count == (start * 50 < 20_000 ? 100 : 0))
        }
        #expect(table.usage.batches == 5)
        #expect(table.usage.units == 400)
    }

    @Test("a typical record has the size that the choice between two ways of reading reckons with")
    func typical() async throws {
        let run = try #require(RunID("3f0e8c1a-5b7d-4e21-9f60-a1b2c3d4e5f6"))
        let author = FileRecord.Author(run: run, epoch: "0123456789abcdef@backup-bucket/", now: InstantClock.start)
        let entry = Entry(
            kind: .file,
            path: VaultPath("Projects/2026/00000000 notes of talks.md"),
            version: 12_545,
            handle: "12545",
            size: 1206,
            mtime: InstantClock.start,
            sha256: String(repeating: "0f", count: 32)
        )
        let table = MeteredTable(count: 1)
        let vault = try #require(VaultID(String(repeating: "0f", count: 16)))
        var record = FileRecord(entry, status: .completed, author: author, previous: nil)
        record.fingerprint = Self.etag
        _ = try await store(over: table).save(record, in: vault)
        #expect((180...230).contains(table.itemSize), "\(table.itemSize)")
        #expect(try await store(over: table).allRecords(in: vault, after: nil).collected() == [[record]])
    }
}
