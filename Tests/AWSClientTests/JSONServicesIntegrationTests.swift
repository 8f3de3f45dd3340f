import FoundationEssentials
import TestSupport
import Testing

@testable import AWSClient

@Suite("DynamoDB and Secrets Manager against an emulator", .tags(.integration), .enabled(if: Emulator.address != nil))
struct JSONServicesIntegrationTests {
    private func table(_ dynamo: DynamoDB) async throws -> String {
        let name = Emulator.unique("table")
        try await dynamo.createTable(
            .init(
                attributeDefinitions: [
                    .init(attributeName: "vault_id", attributeType: "S"),
                    .init(attributeName: "item", attributeType: "S"),
                ],
                keySchema: [
                    .init(attributeName: "vault_id", keyType: "HASH"),
                    .init(attributeName: "item", keyType: "RANGE"),
                ],
                tableName: name
            )
        )
        try await dynamo.updateTimeToLive(
            .init(tableName: name, timeToLiveSpecification: .init(attributeName: "ttl", enabled: true))
        )
        return name
    }

    private func item(_ number: Int) -> [String: DynamoDB.AttributeValue] {
        let digits = String(number)
        let sortKey = "file#" + String(repeating: "0", count: 3 - digits.count) + digits
        return ["vault_id": .s("v"), "item": .s(sortKey), "version": .n(number)]
    }

    private func key(_ number: Int) -> [String: DynamoDB.AttributeValue] {
        item(number).filter { $0.key != "version" }
    }

    @Test("a condition that does not hold is told apart, and every type of value survives")
    func conditions() async throws {
        try await Emulator.with { client in
            let dynamo = DynamoDB(client: client)
            let table = try await table(dynamo)
            var item = item(1)
            item["all"] = .m([
                "b": .b(Data([0, 255])), "l": .l([.null, .bool(false)]), "ss": .ss(["a", "b"]), "e": .s("\u{1F600}"),
            ])
            _ = try await dynamo.putItem(
                .init(conditionExpression: "attribute_not_exists(vault_id)", item: item, tableName: table)
            )
            let refused = try await awsError {
                try await dynamo.putItem(
                    .init(conditionExpression: "attribute_not_exists(vault_id)", item: item, tableName: table)
                )
            }
            #expect(refused.code == .conditionalCheckFailed)
            let found = try await dynamo.getItem(.init(consistentRead: true, key: key(1), tableName: table))
            #expect(found.item == item)
            let updated = try await dynamo.updateItem(
                .init(
                    conditionExpression: "version < :new",
                    expressionAttributeNames: ["#v": "version"],
                    expressionAttributeValues: [":new": .n(7)],
                    key: key(1),
                    returnValues: .allNew,
                    tableName: table,
                    updateExpression: "SET #v = :new"
                )
            )
            #expect(updated.attributes?["version"]?.integer == 7)
            let deleted = try await dynamo.deleteItem(.init(key: key(1), returnValues: .allOld, tableName: table))
            #expect(deleted.attributes?["version"]?.integer == 7)
            #expect(try await dynamo.getItem(.init(key: key(1), tableName: table)).item == nil)
        }
    }

    @Test("a hundred items are read at once, and a partition page by page")
    func batchAndQuery() async throws {
        try await Emulator.with { client in
            let dynamo = DynamoDB(client: client)
            let table = try await table(dynamo)
            for number in 0..<25 { _ = try await dynamo.putItem(.init(item: item(number), tableName: table)) }
            let found = try await dynamo.batchGetItems(
                .init(requestItems: [table: .init(keys: (0..<100).map { key($0) })])
            )
            #expect(found[table]?.count == 25)
            var sizes: [Int] = []
            var versions: [Int64] = []
            let query = DynamoDB.QueryInput(
                expressionAttributeValues: [":v": .s("v"), ":p": .s("file#")],
                keyConditionExpression: "vault_id = :v AND begins_with(item, :p)",
                limit: 10,
                scanIndexForward: false,
                tableName: table
            )
            for try await page in dynamo.queryPaginator(query) {
                sizes.append(page.items?.count ?? 0)
                versions += (page.items ?? []).compactMap { $0["version"]?.integer }
            }
            #expect(sizes.filter { $0 > 0 } == [10, 10, 5])
            #expect(versions == (0..<25).reversed().map(Int64.init))
        }
    }

    @Test("a label moves only from the version that was read")
    func secretStaging() async throws {
        try await Emulator.with { client in
            let secrets = SecretsManager(client: client)
            let name = Emulator.unique("secret")
            let tokens = ["a", "b", "c"].map { String(repeating: $0, count: 32) }
            _ = try await secrets.createSecret(
                .init(clientRequestToken: tokens[0], name: name, secretString: "one")
            )
            let read = try await secrets.getSecretValue(.init(secretId: name))
            #expect(read.secretString == "one")
            let first = try #require(read.versionId)
            for token in tokens.dropFirst() {
                _ = try await secrets.putSecretValue(
                    .init(
                        clientRequestToken: token,
                        secretId: name,
                        secretString: "by " + token.prefix(1),
                        versionStages: ["AWSPENDING"]
                    )
                )
            }
            #expect(try await secrets.getSecretValue(.init(secretId: name)).secretString == "one")
            func move(to token: String) async throws {
                _ = try await secrets.updateSecretVersionStage(
                    .init(
                        moveToVersionId: token,
                        removeFromVersionId: first,
                        secretId: name,
                        versionStage: "AWSCURRENT"
                    )
                )
            }
            try await move(to: tokens[1])
            let lost = try await awsError { try await move(to: tokens[2]) }
            #expect(lost.code == .invalidParameter)
            // The label is named because the emulator's default is not always the current version.
            let current = try await secrets.getSecretValue(.init(secretId: name, versionStage: "AWSCURRENT"))
            #expect(current.secretString == "by b")
            let described = try await secrets.describeSecret(.init(secretId: name))
            #expect(described.versionIdsToStages?[tokens[1]]?.contains("AWSCURRENT") == true)
            let none = try await awsError { try await secrets.getSecretValue(.init(secretId: "none")) }
            #expect(none.code == .resourceNotFound)
        }
    }
}
