package import AWSClient
package import Clocks
import Crypto
import FoundationEssentials
package import SyncCore

/// Records in one DynamoDB table.
///
/// Partition key `vault_id`, sort key `item`: `file#<path>` (records), `state` (cursor and lease), `progress`,
/// `receipt#<run>#<batch>`, and `note#<key>` in the account's partition; under the partition `#folders` the owner of each
/// folder of the mirror. The sparse index `pending` (partition `vault_id`, sort `pending_since`) lists what is to be
/// fetched again. `expires_at` (seconds since 1970) is the table's TTL attribute.
package struct DynamoRecordStore: RecordStore {
    typealias Item = [String: DynamoDB.AttributeValue]

    /// The name of the sparse index.
    package static let pendingIndex = "pending"

    let dynamoDB: DynamoDB
    let table: String

    /// Makes a store over a table.
    package init(dynamoDB: DynamoDB, table: String) {
        self.dynamoDB = dynamoDB
        self.table = table
    }

    package func records(of paths: [VaultPath], in vault: VaultID) async throws -> [VaultPath: FileRecord] {
        guard !paths.isEmpty else { return [:] }
        let keys = paths.map { RecordItem.key(vault, RecordItem.sortKey(of: $0)) }
        let request = DynamoDB.BatchGetItemInput(requestItems: [table: .init(consistentRead: true, keys: keys)])
        let items = try await mappingErrors { try await dynamoDB.batchGetItems(request) }
        var found: [VaultPath: FileRecord] = [:]
        for item in items[table] ?? [] {
            let record = try RecordItem.record(item)
            found[record.path] = record
        }
        return found
    }

    package func allRecords(
        in vault: VaultID,
        after path: VaultPath?
    ) -> any AsyncSequence<[FileRecord], any Error> & Sendable {
        RecordPages(pages: dynamoDB.queryPaginator(query(vault, after: path)), after: path)
    }

    private static let someRecords = 10

    package func someRecords(below folder: VaultPath, in vault: VaultID) async throws -> [FileRecord] {
        let begin = VaultPath("\(folder.rawValue)/")
        var request = query(vault, after: begin)
        request.limit = Self.someRecords
        var pages = RecordPages(pages: dynamoDB.queryPaginator(request), after: begin).makeAsyncIterator()
        var found: [FileRecord] = []
        // A page ends at 1 MB, which ten records of large files under way may exceed.
        while found.count < Self.someRecords, let page = try await pages.next(isolation: nil) {
            let below = page.prefix { $0.path.isBelow(folder) }
            found += below
            guard below.count == page.count else { break }
        }
        return Array(found.prefix(Self.someRecords))
    }

    /// Eventually consistent, at half the price: see the port. `file$` is the first text after all that begin with `file#`.
    private func query(_ vault: VaultID, after path: VaultPath?) -> DynamoDB.QueryInput {
        DynamoDB.QueryInput(
            expressionAttributeNames: ["#item": "item"],
            expressionAttributeValues: [
                ":vault": .s(vault.rawValue), ":end": .s(RecordItem.filesEnd),
                ":first": .s(RecordItem.firstSortKey(after: path)),
            ],
            keyConditionExpression: "vault_id = :vault AND #item BETWEEN :first AND :end",
            tableName: table
        )
    }

    package func pendingRecords(in vault: VaultID) -> any AsyncSequence<FileRecord, any Error> & Sendable {
        let request = DynamoDB.QueryInput(
            expressionAttributeValues: [":vault": .s(vault.rawValue)],
            indexName: Self.pendingIndex,
            keyConditionExpression: "vault_id = :vault",
            tableName: table
        )
        return MappedPages(pages: dynamoDB.queryPaginator(request)) { try RecordItem.record($0) }
    }

    package func save(_ record: FileRecord, in vault: VaultID) async throws -> Bool {
        try await conditionally {
            _ = try await dynamoDB.putItem(
                .init(
                    conditionExpression: "attribute_not_exists(vault_id) OR v <= :version OR e <> :epoch",
                    expressionAttributeValues: [":version": .n(record.version), ":epoch": .s(record.epoch.rawValue)],
                    item: try RecordItem.item(record, in: vault),
                    tableName: table
                )
            )
        }
    }

    package func claim(folder: String, for vault: VaultID) async throws -> VaultID {
        let key: Item = ["vault_id": .s(RecordItem.folders), "item": .s(folder)]
        let isClaimed = try await conditionally {
            _ = try await dynamoDB.putItem(
                .init(
                    conditionExpression: "attribute_not_exists(vault_id)",
                    item: key.merging(["owner": .s(vault.rawValue)]) { first, _ in first },
                    tableName: table
                )
            )
        }
        if isClaimed { return vault }
        let request = DynamoDB.GetItemInput(consistentRead: true, key: key, tableName: table)
        let found = try await mappingErrors { try await dynamoDB.getItem(request).item }
        guard let owner = found?["owner"]?.string.flatMap({ VaultID($0) }) else { throw RecordItem.malformed }
        return owner
    }

    package func vaultsWithFolders() async throws -> Set<VaultID> {
        let request = DynamoDB.QueryInput(
            consistentRead: true,
            expressionAttributeValues: [":folders": .s(RecordItem.folders)],
            keyConditionExpression: "vault_id = :folders",
            tableName: table
        )
        let owners = MappedPages(pages: dynamoDB.queryPaginator(request)) {
            $0["owner"]?.string.flatMap { VaultID($0) }
        }
        return try await owners.reduce(into: []) { vaults, owner in
            if let owner { vaults.insert(owner) }
        }
    }

    package func state(of vault: VaultID) async throws -> VaultState? {
        guard let item = try await item(vault, RecordItem.state), let body = item["state"]?.string else { return nil }
        return try RecordItem.decoded(VaultState.self, body)
    }

    package func commit(_ state: VaultState, of vault: VaultID) async throws -> Bool {
        let body = try RecordItem.encoded(state)
        return try await conditionally {
            _ = try await dynamoDB.updateItem(
                .init(
                    conditionExpression: "lease_owner = :owner",
                    expressionAttributeNames: ["#state": "state"],
                    expressionAttributeValues: [":state": .s(body), ":owner": .s(state.run.rawValue)],
                    key: RecordItem.key(vault, RecordItem.state),
                    tableName: table,
                    updateExpression: "SET #state = :state"
                )
            )
        }
    }

    package func progress(of vault: VaultID) async throws -> VaultProgress? {
        guard let body = try await item(vault, RecordItem.progress)?["progress"]?.string else { return nil }
        return try RecordItem.decoded(VaultProgress.self, body)
    }

    package func save(_ progress: VaultProgress, of vault: VaultID, expires: Timestamp?) async throws {
        var item = RecordItem.key(vault, RecordItem.progress)
        item["progress"] = .s(try RecordItem.encoded(progress))
        item["expires_at"] = expires.map { .n($0.milliseconds / 1000) }
        try await put(item)
    }

    package func save(_ receipt: Receipt, of run: RunID, in vault: VaultID, expires: Timestamp) async throws {
        var item = RecordItem.key(vault, RecordItem.receipt(run, receipt.batch))
        item["receipt"] = .s(try RecordItem.encoded(receipt))
        item["expires_at"] = .n(expires.milliseconds / 1000)
        try await put(item)
    }

    package func receipts(
        of run: RunID,
        in vault: VaultID,
        from first: Int
    ) -> any AsyncSequence<Receipt, any Error> & Sendable {
        let request = DynamoDB.QueryInput(
            consistentRead: true,
            expressionAttributeNames: ["#item": "item"],
            expressionAttributeValues: [
                ":vault": .s(vault.rawValue), ":first": .s(RecordItem.receipt(run, first)),
                ":last": .s(RecordItem.receipt(run, RecordItem.lastBatch)),
            ],
            keyConditionExpression: "vault_id = :vault AND #item BETWEEN :first AND :last",
            tableName: table
        )
        return MappedPages(pages: dynamoDB.queryPaginator(request)) { item in
            guard let body = item["receipt"]?.string else { throw RecordItem.malformed }
            return try RecordItem.decoded(Receipt.self, body)
        }
    }
}

extension DynamoRecordStore {
    func item(_ vault: VaultID, _ sort: String) async throws -> Item? {
        let request = DynamoDB.GetItemInput(consistentRead: true, key: RecordItem.key(vault, sort), tableName: table)
        return try await mappingErrors { try await dynamoDB.getItem(request).item }
    }

    private func put(_ item: Item) async throws {
        _ = try await mappingErrors { try await dynamoDB.putItem(.init(item: item, tableName: table)) }
    }

    /// Runs a conditional write; false when the condition did not hold.
    func conditionally(_ write: () async throws -> Void) async throws -> Bool {
        do {
            try await write()
            return true
        } catch let error as AWSError where error.code == .conditionalCheckFailed {
            return false
        } catch {
            throw SyncError.mapped(error)
        }
    }
}

/// The records of a query, a page at a time.
private struct RecordPages: AsyncSequence, Sendable {
    typealias Element = [FileRecord]
    typealias Failure = any Error
    typealias Pages = PaginatorSequence<DynamoDB.QueryInput, DynamoDB.QueryOutput>

    let pages: Pages
    /// `BETWEEN` includes its bounds, so this one is left out here.
    let after: VaultPath?

    func makeAsyncIterator() -> Iterator {
        Iterator(pages: pages.makeAsyncIterator(), after: after)
    }

    struct Iterator: AsyncIteratorProtocol {
        var pages: Pages.Iterator
        let after: VaultPath?

        mutating func next() async throws -> [FileRecord]? {
            do {
                while let page = try await pages.next() {
                    var records = try (page.items ?? []).map { try RecordItem.record($0) }
                    if let after { records.removeAll { $0.path <= after } }
                    if !records.isEmpty { return records }
                }
                return nil
            } catch {
                throw SyncError.mapped(error)
            }
        }
    }
}

/// The items of a query, one by one, fetched a page at a time.
private struct MappedPages<Element: Sendable>: AsyncSequence, Sendable {
    typealias Failure = any Error
    typealias Pages = PaginatorSequence<DynamoDB.QueryInput, DynamoDB.QueryOutput>

    let pages: Pages
    let transform: @Sendable (DynamoRecordStore.Item) throws -> Element

    func makeAsyncIterator() -> Iterator {
        Iterator(pages: pages.makeAsyncIterator(), transform: transform)
    }

    struct Iterator: AsyncIteratorProtocol {
        var pages: Pages.Iterator
        let transform: @Sendable (DynamoRecordStore.Item) throws -> Element
        var page: ArraySlice<DynamoRecordStore.Item> = []

        mutating func next() async throws -> Element? {
            do {
                while page.isEmpty {
                    guard let following = try await pages.next() else { return nil }
                    page = (following.items ?? [])[...]
                }
                return try page.popFirst().map(transform)
            } catch {
                throw SyncError.mapped(error)
            }
        }
    }
}
