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
    ///
    /// - Throws: ``AWSError`` with what the service answered, or why it could not be reached.
    package func listExecutions(_ input: ListExecutionsInput) async throws -> ListExecutionsOutput {
        try await client.call("ListExecutions", of: .stepFunctions, input)
    }

    /// Goes on with an execution that ended and did not succeed. Idempotent for the same token.
    ///
    /// - Throws: ``AWSErrorCode/executionNotRedrivable``, ``AWSErrorCode/executionDoesNotExist``.
    package func redriveExecution(_ input: RedriveExecutionInput) async throws -> RedriveExecutionOutput {
        try await client.call("RedriveExecution", of: .stepFunctions, input)
    }

    /// Ends an execution: what runs of it is not waited for. It can be redriven.
    ///
    /// - Throws: ``AWSErrorCode/executionDoesNotExist``.
    package func stopExecution(_ input: StopExecutionInput) async throws {
        let _: StopExecutionOutput = try await client.call("StopExecution", of: .stepFunctions, input)
    }

    /// Reads a page of an execution's events, in whatever form the caller knows them.
    ///
    /// - Throws: ``AWSErrorCode/executionDoesNotExist``.
    package func getExecutionHistory<Event: Decodable & Sendable>(
        _ input: GetExecutionHistoryInput,
        as: Event.Type
    ) async throws -> GetExecutionHistoryOutput<Event> {
        try await client.call("GetExecutionHistory", of: .stepFunctions, input)
    }

    /// Tells the definition that an execution was started with.
    ///
    /// - Throws: ``AWSErrorCode/executionDoesNotExist``.
    package func describeStateMachineForExecution(
        _ input: DescribeExecutionInput
    ) async throws -> DescribeStateMachineForExecutionOutput {
        try await client.call("DescribeStateMachineForExecution", of: .stepFunctions, input)
    }
}
