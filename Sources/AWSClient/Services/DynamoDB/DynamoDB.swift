/// Amazon DynamoDB, as far as it is used here. A condition that does not hold is ``AWSErrorCode/conditionalCheckFailed``.
package struct DynamoDB: Sendable {
    /// What sends requests.
    package let client: AWSClient

    /// Makes the service over a client.
    package init(client: AWSClient) {
        self.client = client
    }

    /// Reads an item.
    ///
    /// - Throws: ``AWSError`` with what the service answered, or why it could not be reached.
    package func getItem(_ input: GetItemInput) async throws -> GetItemOutput {
        try await client.call("GetItem", of: .dynamoDB, input)
    }

    /// Tells how large a table is; the service counts about every six hours.
    ///
    /// - Throws: ``AWSError`` with what the service answered, or why it could not be reached.
    package func describeTable(_ input: DescribeTableInput) async throws -> DescribeTableOutput {
        try await client.call("DescribeTable", of: .dynamoDB, input)
    }

    /// Writes a whole item.
    ///
    /// A write that was carried out and whose answer was lost is sent again: a condition may then fail on the item's own
    /// first writing. Callers that depend on a condition compare the item before they believe it.
    ///
    /// - Throws: ``AWSError`` with what the service answered, or why it could not be reached.
    package func putItem(_ input: PutItemInput) async throws -> PutItemOutput {
        try await client.call("PutItem", of: .dynamoDB, input)
    }

    /// Changes attributes of an item.
    ///
    /// - Throws: ``AWSError`` with what the service answered, or why it could not be reached.
    package func updateItem(_ input: UpdateItemInput) async throws -> UpdateItemOutput {
        try await client.call("UpdateItem", of: .dynamoDB, input)
    }

    /// Deletes an item.
    ///
    /// - Throws: ``AWSError`` with what the service answered, or why it could not be reached.
    package func deleteItem(_ input: DeleteItemInput) async throws -> DeleteItemOutput {
        try await client.call("DeleteItem", of: .dynamoDB, input)
    }

    /// Reads one page of a partition.
    ///
    /// - Throws: ``AWSError`` with what the service answered, or why it could not be reached.
    package func query(_ input: QueryInput) async throws -> QueryOutput {
        try await client.call("Query", of: .dynamoDB, input)
    }

    /// Reads a partition page by page, each when it is asked for.
    package func queryPaginator(_ input: QueryInput) -> PaginatorSequence<QueryInput, QueryOutput> {
        PaginatorSequence(input: input, call: { try await query($0) }) { input, output in
            guard let last = output.lastEvaluatedKey, !last.isEmpty else { return nil }
            guard last != input.exclusiveStartKey else {
                throw AWSError(
                    .malformedResponse,
                    message: "the same page comes again",
                    service: AWSService.dynamoDB.name,
                    operation: "Query"
                )
            }
            var next = input
            next.exclusiveStartKey = last
            return next
        }
    }
}
