extension DynamoDB {
    /// How long unprocessed keys are left alone: longer than a request that failed, since the table itself is busy.
    private static let unprocessedDelay: Duration = .seconds(1)
    /// What asking again for unprocessed keys takes from the retry budget.
    private static let unprocessedCost = 5

    /// Reads up to 100 items once. Keys that the table had no capacity for are answered as they are.
    ///
    /// - Throws: ``AWSError``.
    package func batchGetItem(_ input: BatchGetItemInput) async throws -> BatchGetItemOutput {
        try await client.call("BatchGetItem", of: .dynamoDB, input)
    }

    /// Reads up to 100 items, asking again for unprocessed keys with growing, random waits.
    ///
    /// - Returns: the items by table, in no order; a key without an item is not among them.
    /// - Throws: ``AWSErrorCode/unprocessedKeys`` when attempts, retry budget or time run out.
    package func batchGetItems(
        _ input: BatchGetItemInput
    ) async throws -> [String: [[String: AttributeValue]]] {
        var policy = client.retry
        policy.throttlingBaseDelay = Self.unprocessedDelay
        var items: [String: [[String: AttributeValue]]] = [:]
        var pending = input
        var roundsWithoutProgress = 0
        while true {
            let output = try await batchGetItem(pending)
            for (table, found) in output.responses ?? [:] { items[table, default: []] += found }
            let unprocessed = (output.unprocessedKeys ?? [:]).filter { !$0.value.keys.isEmpty }
            if unprocessed.isEmpty { return items }
            // A table that gives something keeps up; patience is for one that gives nothing.
            let madeProgress = (output.responses ?? [:]).contains { !$0.value.isEmpty }
            roundsWithoutProgress = madeProgress ? 1 : roundsWithoutProgress + 1
            try await wait(policy, attempt: roundsWithoutProgress)
            pending.requestItems = unprocessed
        }
    }

    private func wait(_ policy: RetryPolicy, attempt: Int) async throws {
        let decision = policy.decision(
            for: .throttling,
            attempt: attempt,
            remaining: client.context.remaining(client.environment.now()),
            random: client.environment.random()
        )
        guard case .retry(let delay) = decision, client.budget.take(Self.unprocessedCost) else {
            throw AWSError(
                .unprocessedKeys,
                message: "the table left keys unprocessed",
                service: AWSService.dynamoDB.name,
                operation: "BatchGetItem"
            )
        }
        try await client.environment.sleep(delay)
    }
}
