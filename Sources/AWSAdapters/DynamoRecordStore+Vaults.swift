import AWSClient
package import SyncCore

extension DynamoRecordStore {
    /// The vaults that a folder of the mirror belongs to, which are all that were ever mirrored into it.
    ///
    /// - Returns: their ids, each once, sorted.
    /// - Throws: `StoreUnavailable`, `Throttled`.
    package func vaults() async throws -> [VaultID] {
        let request = DynamoDB.QueryInput(
            expressionAttributeValues: [":folders": .s(RecordItem.folders)],
            keyConditionExpression: "vault_id = :folders",
            tableName: table
        )
        var found: Set<VaultID> = []
        do {
            for try await page in dynamoDB.queryPaginator(request) {
                for item in page.items ?? [] {
                    if let owner = item["owner"]?.string.flatMap({ VaultID($0) }) { found.insert(owner) }
                }
            }
        } catch {
            throw SyncError.mapped(error)
        }
        return found.sorted { $0.rawValue < $1.rawValue }
    }
}
