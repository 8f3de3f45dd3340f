extension DynamoDB {
    /// Reads an item.
    package struct GetItemInput: Sendable, Encodable {
        /// Whether all writes that were acknowledged before must be seen.
        package var consistentRead: Bool?
        /// Names for `#name` in expressions.
        package var expressionAttributeNames: [String: String]?
        /// The whole primary key.
        package var key: [String: AttributeValue]
        /// Which attributes to give.
        package var projectionExpression: String?
        /// The table.
        package var tableName: String

        /// Makes a request.
        package init(
            consistentRead: Bool? = nil,
            expressionAttributeNames: [String: String]? = nil,
            key: [String: AttributeValue],
            projectionExpression: String? = nil,
            tableName: String
        ) {
            self.consistentRead = consistentRead
            self.expressionAttributeNames = expressionAttributeNames
            self.key = key
            self.projectionExpression = projectionExpression
            self.tableName = tableName
        }

        enum CodingKeys: String, CodingKey {
            case consistentRead = "ConsistentRead"
            case expressionAttributeNames = "ExpressionAttributeNames"
            case key = "Key"
            case projectionExpression = "ProjectionExpression"
            case tableName = "TableName"
        }
    }

    /// An item.
    package struct GetItemOutput: Sendable, Decodable {
        /// The item; nil when there is none.
        package let item: [String: AttributeValue]?

        enum CodingKeys: String, CodingKey {
            case item = "Item"
        }
    }

    /// Writes a whole item, in place of the one under its key.
    package struct PutItemInput: Sendable, Encodable {
        /// What must hold of the item as it is; otherwise ``AWSErrorCode/conditionalCheckFailed``.
        package var conditionExpression: String?
        /// Names for `#name` in expressions.
        package var expressionAttributeNames: [String: String]?
        /// Values for `:value` in expressions.
        package var expressionAttributeValues: [String: AttributeValue]?
        /// The item.
        package var item: [String: AttributeValue]
        /// Which attributes to answer.
        package var returnValues: ReturnValue?
        /// The table.
        package var tableName: String

        /// Makes a request.
        package init(
            conditionExpression: String? = nil,
            expressionAttributeNames: [String: String]? = nil,
            expressionAttributeValues: [String: AttributeValue]? = nil,
            item: [String: AttributeValue],
            returnValues: ReturnValue? = nil,
            tableName: String
        ) {
            self.conditionExpression = conditionExpression
            self.expressionAttributeNames = expressionAttributeNames
            self.expressionAttributeValues = expressionAttributeValues
            self.item = item
            self.returnValues = returnValues
            self.tableName = tableName
        }

        enum CodingKeys: String, CodingKey {
            case conditionExpression = "ConditionExpression"
            case expressionAttributeNames = "ExpressionAttributeNames"
            case expressionAttributeValues = "ExpressionAttributeValues"
            case item = "Item"
            case returnValues = "ReturnValues"
            case tableName = "TableName"
        }
    }

    /// What was there before, if asked for.
    package struct PutItemOutput: Sendable, Decodable {
        /// The attributes asked for by `returnValues`.
        package let attributes: [String: AttributeValue]?

        enum CodingKeys: String, CodingKey {
            case attributes = "Attributes"
        }
    }

    /// Changes attributes of an item, which is made when there is none.
    package struct UpdateItemInput: Sendable, Encodable {
        /// What must hold of the item as it is; otherwise ``AWSErrorCode/conditionalCheckFailed``.
        package var conditionExpression: String?
        /// Names for `#name` in expressions.
        package var expressionAttributeNames: [String: String]?
        /// Values for `:value` in expressions.
        package var expressionAttributeValues: [String: AttributeValue]?
        /// The whole primary key.
        package var key: [String: AttributeValue]
        /// Which attributes to answer.
        package var returnValues: ReturnValue?
        /// The table.
        package var tableName: String
        /// The changes.
        package var updateExpression: String?

        /// Makes a request.
        package init(
            conditionExpression: String? = nil,
            expressionAttributeNames: [String: String]? = nil,
            expressionAttributeValues: [String: AttributeValue]? = nil,
            key: [String: AttributeValue],
            returnValues: ReturnValue? = nil,
            tableName: String,
            updateExpression: String? = nil
        ) {
            self.conditionExpression = conditionExpression
            self.expressionAttributeNames = expressionAttributeNames
            self.expressionAttributeValues = expressionAttributeValues
            self.key = key
            self.returnValues = returnValues
            self.tableName = tableName
            self.updateExpression = updateExpression
        }

        enum CodingKeys: String, CodingKey {
            case conditionExpression = "ConditionExpression"
            case expressionAttributeNames = "ExpressionAttributeNames"
            case expressionAttributeValues = "ExpressionAttributeValues"
            case key = "Key"
            case returnValues = "ReturnValues"
            case tableName = "TableName"
            case updateExpression = "UpdateExpression"
        }
    }

    /// The attributes asked for.
    package struct UpdateItemOutput: Sendable, Decodable {
        /// The attributes asked for by `returnValues`.
        package let attributes: [String: AttributeValue]?

        enum CodingKeys: String, CodingKey {
            case attributes = "Attributes"
        }
    }

    /// Deletes an item; that there is none is no error.
    package struct DeleteItemInput: Sendable, Encodable {
        /// What must hold of the item as it is; otherwise ``AWSErrorCode/conditionalCheckFailed``.
        package var conditionExpression: String?
        /// Names for `#name` in expressions.
        package var expressionAttributeNames: [String: String]?
        /// Values for `:value` in expressions.
        package var expressionAttributeValues: [String: AttributeValue]?
        /// The whole primary key.
        package var key: [String: AttributeValue]
        /// Which attributes to answer.
        package var returnValues: ReturnValue?
        /// The table.
        package var tableName: String

        /// Makes a request.
        package init(
            conditionExpression: String? = nil,
            expressionAttributeNames: [String: String]? = nil,
            expressionAttributeValues: [String: AttributeValue]? = nil,
            key: [String: AttributeValue],
            returnValues: ReturnValue? = nil,
            tableName: String
        ) {
            self.conditionExpression = conditionExpression
            self.expressionAttributeNames = expressionAttributeNames
            self.expressionAttributeValues = expressionAttributeValues
            self.key = key
            self.returnValues = returnValues
            self.tableName = tableName
        }

        enum CodingKeys: String, CodingKey {
            case conditionExpression = "ConditionExpression"
            case expressionAttributeNames = "ExpressionAttributeNames"
            case expressionAttributeValues = "ExpressionAttributeValues"
            case key = "Key"
            case returnValues = "ReturnValues"
            case tableName = "TableName"
        }
    }

    /// What was there before, if asked for.
    package struct DeleteItemOutput: Sendable, Decodable {
        /// The attributes asked for by `returnValues`.
        package let attributes: [String: AttributeValue]?

        enum CodingKeys: String, CodingKey {
            case attributes = "Attributes"
        }
    }
}
