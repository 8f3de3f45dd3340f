import AWSClient
package import Clocks
import FoundationEssentials
import SyncCore

extension DynamoRecordStore {
    package func noteOnce(_ key: String, until expires: Timestamp, now: Timestamp) async throws -> Bool {
        var item = RecordItem.key(.account, RecordItem.note(key))
        item["expires_at"] = .n(expires.milliseconds / 1000)
        // Where the answer is lost the same request is sent again, and finds the note that it has left itself.
        let writing = DynamoDB.AttributeValue.s(UUID().uuidString)
        item["noted_by"] = writing
        return try await conditionally { [item] in
            _ = try await dynamoDB.putItem(
                .init(
                    // The table forgets what has run out some time later.
                    conditionExpression: "attribute_not_exists(vault_id) OR expires_at <= :now OR noted_by = :by",
                    expressionAttributeValues: [":now": .n(now.milliseconds / 1000), ":by": writing],
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
