package import AWSClient

/// What tables are made with: only tests make any, the template makes those of a deployment.
extension DynamoDB {
    /// The type of a key attribute.
    package struct AttributeDefinition: Sendable, Codable, Equatable {
        /// The attribute.
        package var attributeName: String
        /// `S`, `N` or `B`.
        package var attributeType: String

        /// Makes it from its parts.
        package init(attributeName: String, attributeType: String) {
            self.attributeName = attributeName
            self.attributeType = attributeType
        }

        enum CodingKeys: String, CodingKey {
            case attributeName = "AttributeName"
            case attributeType = "AttributeType"
        }
    }

    /// One half of a key.
    package struct KeySchemaElement: Sendable, Codable, Equatable {
        /// The attribute.
        package var attributeName: String
        /// `HASH` for the partition, `RANGE` for the sort key.
        package var keyType: String

        /// Makes it from its parts.
        package init(attributeName: String, keyType: String) {
            self.attributeName = attributeName
            self.keyType = keyType
        }

        enum CodingKeys: String, CodingKey {
            case attributeName = "AttributeName"
            case keyType = "KeyType"
        }
    }

    /// Which attributes an index has.
    package struct Projection: Sendable, Codable, Equatable {
        /// `ALL` or `KEYS_ONLY`.
        package var projectionType: String

        /// Makes it from its parts.
        package init(projectionType: String) {
            self.projectionType = projectionType
        }

        enum CodingKeys: String, CodingKey {
            case projectionType = "ProjectionType"
        }
    }

    /// An index with a key of its own.
    package struct GlobalSecondaryIndex: Sendable, Codable, Equatable {
        /// Its name.
        package var indexName: String
        /// Its key.
        package var keySchema: [KeySchemaElement]
        /// What it holds.
        package var projection: Projection

        /// Makes it from its parts.
        package init(indexName: String, keySchema: [KeySchemaElement], projection: Projection) {
            self.indexName = indexName
            self.keySchema = keySchema
            self.projection = projection
        }

        enum CodingKeys: String, CodingKey {
            case indexName = "IndexName"
            case keySchema = "KeySchema"
            case projection = "Projection"
        }
    }

    /// Makes a table that is paid per request.
    package struct CreateTableInput: Sendable, Encodable {
        /// The types of all key attributes.
        package var attributeDefinitions: [AttributeDefinition]
        /// How it is paid.
        package var billingMode: String
        /// Its indexes.
        package var globalSecondaryIndexes: [GlobalSecondaryIndex]?
        /// Its key.
        package var keySchema: [KeySchemaElement]
        /// The table.
        package var tableName: String

        /// Makes a request.
        package init(
            attributeDefinitions: [AttributeDefinition],
            billingMode: String = "PAY_PER_REQUEST",
            globalSecondaryIndexes: [GlobalSecondaryIndex]? = nil,
            keySchema: [KeySchemaElement],
            tableName: String
        ) {
            self.attributeDefinitions = attributeDefinitions
            self.billingMode = billingMode
            self.globalSecondaryIndexes = globalSecondaryIndexes
            self.keySchema = keySchema
            self.tableName = tableName
        }

        enum CodingKeys: String, CodingKey {
            case attributeDefinitions = "AttributeDefinitions"
            case billingMode = "BillingMode"
            case globalSecondaryIndexes = "GlobalSecondaryIndexes"
            case keySchema = "KeySchema"
            case tableName = "TableName"
        }
    }

    /// Which attribute says when an item may be removed.
    package struct TimeToLiveSpecification: Sendable, Codable, Equatable {
        /// The attribute: a number, seconds since 1970.
        package var attributeName: String
        /// Whether items are removed.
        package var enabled: Bool

        /// Makes it from its parts.
        package init(attributeName: String, enabled: Bool) {
            self.attributeName = attributeName
            self.enabled = enabled
        }

        enum CodingKeys: String, CodingKey {
            case attributeName = "AttributeName"
            case enabled = "Enabled"
        }
    }

    /// Turns the removal of expired items on or off.
    package struct UpdateTimeToLiveInput: Sendable, Encodable {
        /// The table.
        package var tableName: String
        /// Which attribute counts.
        package var timeToLiveSpecification: TimeToLiveSpecification

        /// Makes a request.
        package init(tableName: String, timeToLiveSpecification: TimeToLiveSpecification) {
            self.tableName = tableName
            self.timeToLiveSpecification = timeToLiveSpecification
        }

        enum CodingKeys: String, CodingKey {
            case tableName = "TableName"
            case timeToLiveSpecification = "TimeToLiveSpecification"
        }
    }

    /// Makes a table as a deployment has it.
    package func makeRecordsTable(_ name: String) async throws {
        let index = GlobalSecondaryIndex(
            indexName: "pending",
            keySchema: [
                .init(attributeName: "vault_id", keyType: "HASH"),
                .init(attributeName: "pending_since", keyType: "RANGE"),
            ],
            projection: .init(projectionType: "ALL")
        )
        try await createTable(
            .init(
                attributeDefinitions: [
                    .init(attributeName: "vault_id", attributeType: "S"),
                    .init(attributeName: "item", attributeType: "S"),
                    .init(attributeName: "pending_since", attributeType: "N"),
                ],
                globalSecondaryIndexes: [index],
                keySchema: [
                    .init(attributeName: "vault_id", keyType: "HASH"),
                    .init(attributeName: "item", keyType: "RANGE"),
                ],
                tableName: name
            )
        )
    }

    /// Makes a table.
    package func createTable(_ input: CreateTableInput) async throws {
        let _: Ignored = try await client.call("CreateTable", of: .dynamoDB, input)
    }

    /// Turns the removal of expired items on or off.
    package func updateTimeToLive(_ input: UpdateTimeToLiveInput) async throws {
        let _: Ignored = try await client.call("UpdateTimeToLive", of: .dynamoDB, input)
    }

    /// An answer in which nothing is of interest.
    private struct Ignored: Decodable {}
}
