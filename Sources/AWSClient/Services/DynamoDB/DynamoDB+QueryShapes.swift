extension DynamoDB {
    /// Which items of a table to read.
    package struct KeysAndAttributes: Sendable, Codable, Equatable {
        /// Whether all writes that were acknowledged before must be seen.
        package var consistentRead: Bool?
        /// Names for `#name` in expressions.
        package var expressionAttributeNames: [String: String]?
        /// Their primary keys.
        package var keys: [[String: AttributeValue]]
        /// Which attributes to give.
        package var projectionExpression: String?

        /// Makes it from its parts.
        package init(
            consistentRead: Bool? = nil,
            expressionAttributeNames: [String: String]? = nil,
            keys: [[String: AttributeValue]],
            projectionExpression: String? = nil
        ) {
            self.consistentRead = consistentRead
            self.expressionAttributeNames = expressionAttributeNames
            self.keys = keys
            self.projectionExpression = projectionExpression
        }

        enum CodingKeys: String, CodingKey {
            case consistentRead = "ConsistentRead"
            case expressionAttributeNames = "ExpressionAttributeNames"
            case keys = "Keys"
            case projectionExpression = "ProjectionExpression"
        }
    }

    /// Reads up to 100 items.
    package struct BatchGetItemInput: Sendable, Encodable {
        /// What to read, by table.
        package var requestItems: [String: KeysAndAttributes]

        /// Makes a request.
        package init(requestItems: [String: KeysAndAttributes]) {
            self.requestItems = requestItems
        }

        enum CodingKeys: String, CodingKey {
            case requestItems = "RequestItems"
        }
    }

    /// The items that were read, in no order, and the keys that were not.
    package struct BatchGetItemOutput: Sendable, Decodable {
        /// The items, by table.
        package let responses: [String: [[String: AttributeValue]]]?
        /// What has to be asked for again.
        package let unprocessedKeys: [String: KeysAndAttributes]?

        enum CodingKeys: String, CodingKey {
            case responses = "Responses"
            case unprocessedKeys = "UnprocessedKeys"
        }
    }

    /// Reads items of one partition, sorted by the sort key.
    package struct QueryInput: Sendable, Encodable {
        /// Whether all writes that were acknowledged before must be seen.
        package var consistentRead: Bool?
        /// After which item to go on.
        package var exclusiveStartKey: [String: AttributeValue]?
        /// Names for `#name` in expressions.
        package var expressionAttributeNames: [String: String]?
        /// Values for `:value` in expressions.
        package var expressionAttributeValues: [String: AttributeValue]?
        /// Which of the items read to give.
        package var filterExpression: String?
        /// The index to read instead of the table.
        package var indexName: String?
        /// The partition, and perhaps a range of sort keys.
        package var keyConditionExpression: String
        /// How many items to read at most, before the filter.
        package var limit: Int?
        /// Which attributes to give.
        package var projectionExpression: String?
        /// False for descending order.
        package var scanIndexForward: Bool?
        /// The table.
        package var tableName: String

        /// Makes a request.
        package init(
            consistentRead: Bool? = nil,
            exclusiveStartKey: [String: AttributeValue]? = nil,
            expressionAttributeNames: [String: String]? = nil,
            expressionAttributeValues: [String: AttributeValue]? = nil,
            filterExpression: String? = nil,
            indexName: String? = nil,
            keyConditionExpression: String,
            limit: Int? = nil,
            projectionExpression: String? = nil,
            scanIndexForward: Bool? = nil,
            tableName: String
        ) {
            self.consistentRead = consistentRead
            self.exclusiveStartKey = exclusiveStartKey
            self.expressionAttributeNames = expressionAttributeNames
            self.expressionAttributeValues = expressionAttributeValues
            self.filterExpression = filterExpression
            self.indexName = indexName
            self.keyConditionExpression = keyConditionExpression
            self.limit = limit
            self.projectionExpression = projectionExpression
            self.scanIndexForward = scanIndexForward
            self.tableName = tableName
        }

        enum CodingKeys: String, CodingKey {
            case consistentRead = "ConsistentRead"
            case exclusiveStartKey = "ExclusiveStartKey"
            case expressionAttributeNames = "ExpressionAttributeNames"
            case expressionAttributeValues = "ExpressionAttributeValues"
            case filterExpression = "FilterExpression"
            case indexName = "IndexName"
            case keyConditionExpression = "KeyConditionExpression"
            case limit = "Limit"
            case projectionExpression = "ProjectionExpression"
            case scanIndexForward = "ScanIndexForward"
            case tableName = "TableName"
        }
    }

    /// One page of a query; it may be empty and not the last.
    package struct QueryOutput: Sendable, Decodable {
        /// How many items it has.
        package let count: Int?
        /// The items.
        package let items: [[String: AttributeValue]]?
        /// After which item the next page begins; nil on the last.
        package let lastEvaluatedKey: [String: AttributeValue]?

        /// Makes it from its parts.
        init(
            count: Int? = nil,
            items: [[String: AttributeValue]]? = nil,
            lastEvaluatedKey: [String: AttributeValue]? = nil
        ) {
            self.count = count
            self.items = items
            self.lastEvaluatedKey = lastEvaluatedKey
        }

        enum CodingKeys: String, CodingKey {
            case count = "Count"
            case items = "Items"
            case lastEvaluatedKey = "LastEvaluatedKey"
        }
    }
}
