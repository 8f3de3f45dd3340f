/// AWS Secrets Manager, as far as it is used here.
package struct SecretsManager: Sendable {
    private let client: AWSClient

    /// Makes the service over a client.
    package init(client: AWSClient) {
        self.client = client
    }

    /// Reads a version of a secret, by its identifier, its label, or the current one.
    ///
    /// - Throws: ``AWSError`` with what the service answered, or why it could not be reached.
    package func getSecretValue(_ input: GetSecretValueRequest) async throws -> GetSecretValueResponse {
        try await client.call("GetSecretValue", of: .secretsManager, input)
    }

    /// Adds a version. Idempotent for the same token and content; other content under a known token is
    /// ``AWSErrorCode/resourceExists``.
    ///
    /// - Throws: ``AWSError`` with what the service answered, or why it could not be reached.
    package func putSecretValue(_ input: PutSecretValueRequest) async throws -> PutSecretValueResponse {
        try await client.call("PutSecretValue", of: .secretsManager, input)
    }

    /// Moves a label: a compare-and-swap when it names the version that has the label now.
    ///
    /// - Throws: ``AWSErrorCode/invalidParameter`` when the label is on another version.
    package func updateSecretVersionStage(
        _ input: UpdateSecretVersionStageRequest
    ) async throws -> UpdateSecretVersionStageResponse {
        try await client.call("UpdateSecretVersionStage", of: .secretsManager, input)
    }

    /// Makes a secret.
    ///
    /// - Throws: ``AWSError`` with what the service answered, or why it could not be reached.
    package func createSecret(_ input: CreateSecretRequest) async throws -> CreateSecretResponse {
        try await client.call("CreateSecret", of: .secretsManager, input)
    }

    /// Asks which versions a secret has.
    ///
    /// - Throws: ``AWSError`` with what the service answered, or why it could not be reached.
    package func describeSecret(_ input: DescribeSecretRequest) async throws -> DescribeSecretResponse {
        try await client.call("DescribeSecret", of: .secretsManager, input)
    }
}
