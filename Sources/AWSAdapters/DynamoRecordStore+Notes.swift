import AWSClient
package import Clocks
import SyncCore

extension DynamoRecordStore {
    package func noteOnce(_ key: String, until expires: Timestamp, now: Timestamp) async throws -> Bool {
        var item = RecordItem.key(.account, RecordItem.note(key))
        item["expires_at"] = .n(expires.milliseconds / 1000)
        return try await conditionally { [item] in
            _ = try await dynamoDB.putItem(
                .init(
                    // The table forgets what has run out some time later.
                    conditionExpression: "attribute_not_exists(vault_id) OR expires_at <= :now",
                    expressionAttributeValues: [":now": .n(now.milliseconds / 1000)],
                    item: item,
                    tableName: table
                )
            )
        }
    }

    package func forgetNote(_ key: String) async throws {
        let key = RecordItem.key(.account, RecordItem.note(key))
        _ = try await mappingErrors { try await dynamoDB.deleteItem(.init(key: key, tableName: table)) }
    }
}
