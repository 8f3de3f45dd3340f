/// AWS Step Functions, as far as it is used here.
package struct StepFunctions: Sendable {
    private let client: AWSClient

    /// Makes the service over a client.
    package init(client: AWSClient) {
        self.client = client
    }

    /// Starts an execution. Idempotent for the same name and input while that execution runs.
    ///
    /// - Throws: ``AWSErrorCode/executionAlreadyExists`` for a name that was used before.
    package func startExecution(_ input: StartExecutionInput) async throws -> StartExecutionOutput {
        try await client.call("StartExecution", of: .stepFunctions, input)
    }

    /// Tells how an execution stands, and whether it can be redriven.
    ///
    /// - Throws: ``AWSErrorCode/executionDoesNotExist``.
    package func describeExecution(_ input: DescribeExecutionInput) async throws -> DescribeExecutionOutput {
        try await client.call("DescribeExecution", of: .stepFunctions, input)
    }

    /// Lists the executions of a state machine, the newest first.
    package func listExecutions(_ input: ListExecutionsInput) async throws -> ListExecutionsOutput {
        try await client.call("ListExecutions", of: .stepFunctions, input)
    }

    /// Goes on with an execution that ended and did not succeed. Idempotent for the same token.
    ///
    /// - Throws: ``AWSErrorCode/executionNotRedrivable``, ``AWSErrorCode/executionDoesNotExist``.
    package func redriveExecution(_ input: RedriveExecutionInput) async throws -> RedriveExecutionOutput {
        try await client.call("RedriveExecution", of: .stepFunctions, input)
    }
}
