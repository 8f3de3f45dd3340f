package import HTTPTransport
package import Logging

/// Asks one source after the other and takes the first that answers.
package struct CredentialSelector: CredentialProvider {
    private let providers: [any CredentialProvider]

    /// Makes a selector over these sources, in this order.
    package init(_ providers: [any CredentialProvider]) {
        self.providers = providers
    }

    /// The usual order: environment, profile, container; refreshed before they expire.
    ///
    /// - Parameters:
    ///   - environment: the process's variables.
    ///   - executor: for the container endpoint.
    ///   - clock: time, waiting and chance.
    /// - Returns: the source to give to a client.
    package static func standard(
        _ environment: [String: String],
        executor: any HTTPExecutor,
        clock: AWSEnvironment = AWSEnvironment()
    ) -> RefreshingCredentialProvider {
        RefreshingCredentialProvider(
            CredentialSelector([
                EnvironmentCredentialProvider(environment),
                ProfileCredentialProvider(environment),
                ContainerCredentialProvider(environment, executor: executor),
            ]),
            now: clock.now
        )
    }

    package var name: String { "selector" }

    package func credential(logger: Logger) async throws -> ExpiringCredential? {
        for provider in providers {
            if let found = try await provider.credential(logger: logger) { return found }
        }
        let tried = providers.map(\.name).joined(separator: ", ")
        throw AWSError(.noCredentials, message: "no AWS credentials; tried: \(tried)")
    }
}
