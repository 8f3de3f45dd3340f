import AWSClient
import AWSSigning
import FoundationEssentials
import HTTPTransport
import Logging
import NIOCore
import SyncCore
import Synchronization
import TestSupport
import Testing

@testable import AWSAdapters

/// A table that answers queries as DynamoDB does, 1 MiB of items a page, and adds up what they cost.
private final class MeteredTable: HTTPExecutor {
    struct Usage: Sendable {
        var queries = 0
        var units = 0.0
    }

    private let items: [(body: String, sort: String, size: Int)]
    private let usage = Mutex(Usage())

    init(_ records: [FileRecord], in vault: VaultID) throws {
        items = try records.map { record in
            let item = try RecordItem.item(record, in: vault)
            let body = String(decoding: try JSONEncoder().encode(item), as: UTF8.self)
            return (body, RecordItem.sortKey(of: record.path), Self.size(of: item))
        }
    }

    var used: Usage { usage.withLock { $0 } }
    var averageSize: Double { Double(items.reduce(0) { $0 + $1.size }) / Double(items.count) }

    /// The size of an item by which DynamoDB reckons.
    static func size(of item: DynamoRecordStore.Item) -> Int {
        item.reduce(0) { sum, attribute in
            let value =
                switch attribute.value {
                case .s(let text): text.utf8.count
                case .n(let digits): (digits.utf8.count + 1) / 2 + 1
                case .b(let bytes): bytes.count
                default: 1
                }
            return sum + attribute.key.utf8.count + value
        }
    }

    func execute(_ request: HTTPRequest, timeout: Duration, logger: Logger) async throws -> HTTPResponse {
        guard case .bytes(let buffer) = request.body else {
            throw TransportError(.invalidConfiguration, message: "no body")
        }
        let query = try JSONDecoder().decode(JSON.self, from: Data(buffer.readableBytesView))
        let isConsistent = query.members["ConsistentRead"] == .bool(true)
        var start = 0
        if case .string(let last)? = query.members["ExclusiveStartKey"]?.members["item"]?.members["S"] {
            start = (items.firstIndex { $0.sort == last } ?? items.count) + 1
        }
        var end = start
        var size = 0
        while end < items.count, size + items[end].size <= 1 << 20 {
            size += items[end].size
            end += 1
        }
        let units = (Double(size) / 4096).rounded(.up) / (isConsistent ? 1 : 2)
        usage.withLock { $0 = Usage(queries: $0.queries + 1, units: $0.units + units) }
        let list = items[start..<end].map(\.body).joined(separator: ",")
        let last =
            end < items.count
            ? #","LastEvaluatedKey":{"vault_id":{"S":"v"},"item":{"S":"\#(items[end - 1].sort)"}}"# : ""
        return HTTPResponse(status: 200, body: BufferedBody(ByteBuffer(string: #"{"Items":[\#(list)]\#(last)}"#)))
    }
}

@Suite("What reading a vault's records costs")
struct DynamoReadCostTests {
    private func records(_ count: Int) throws -> [FileRecord] {
        let run = try #require(RunID("run-1"))
        let author = FileRecord.Author(run: run, epoch: "e1@b/", now: InstantClock.start)
        return (0..<count).map { number in
            let digits = String(number + 100_000_000).dropFirst()
            let entry = Entry(
                kind: .file,
                path: VaultPath("\(digits).md"),
                version: Int64(number),
                handle: String(number),
                size: 1200,
                mtime: InstantClock.start,
                sha256: String(repeating: "0f", count: 32)
            )
            return FileRecord(entry, status: .completed, author: author, previous: nil)
        }
    }

    @Test("a walk over the records costs what their bytes cost, at half the price, in pages of 1 MiB")
    func walk() async throws {
        let records = try records(20_000)
        let vault = try #require(VaultID("v"))
        let table = try MeteredTable(records, in: vault)
        let client = AWSClient(
            executor: table,
            credentials: StaticCredentialProvider(Credential(accessKeyId: "a", secretAccessKey: "b")),
            region: Region(rawValue: "eu-central-1"),
            logger: .quiet
        )
        let store = DynamoRecordStore(dynamoDB: DynamoDB(client: client), table: "t")
        var found = 0
        for try await page in store.allRecords(in: vault, after: nil) {
            #expect(page.first == records[found])
            found += page.count
        }
        #expect(found == records.count)
        let scale = 1_000_000 / Double(records.count)
        #expect(table.averageSize <= 106, "a record is as small as it can be")
        #expect(table.used.queries == 2)
        // A million of them: 102 pages of 1 MiB, and half a unit for each 4 KiB.
        #expect((table.averageSize * 1_000_000 / Double(1 << 20)).rounded(.up) <= 103)
        #expect(table.used.units * scale <= 13_100)
    }

    @Test("a typical record has the size that the choice between two ways of reading reckons with")
    func typical() throws {
        let run = try #require(RunID("3f0e8c1a-5b7d-4e21-9f60-a1b2c3d4e5f6"))
        let author = FileRecord.Author(run: run, epoch: "0123456789abcdef@backup-bucket/", now: InstantClock.start)
        let entry = Entry(
            kind: .file,
            path: VaultPath("Projects/2026/Some notes of a meeting.md"),
            version: 12_545,
            handle: "12545",
            size: 1206,
            mtime: InstantClock.start,
            sha256: String(repeating: "0f", count: 32)
        )
        let record = FileRecord(entry, status: .completed, author: author, previous: nil)
        let vault = try #require(VaultID(String(repeating: "0f", count: 16)))
        let size = MeteredTable.size(of: try RecordItem.item(record, in: vault))
        #expect((180...230).contains(size), "\(size)")
    }
}
