package import HTTPTransport
package import Logging

/// Asks one source after the other and takes the first that answers.
package struct CredentialSelector: CredentialProvider {
    private let providers: [any CredentialProvider]

    /// Makes a selector over these sources, in this order.
    package init(_ providers: [any CredentialProvider]) {
        self.providers = providers
    }

    /// The usual order: environment, profile, container, instance; refreshed before they expire.
    ///
    /// - Parameters:
    ///   - environment: the process's variables.
    ///   - profile: the profile to take, instead of what the environment says; it goes before keys in the environment.
    ///   - executor: for the endpoints of containers and instances.
    ///   - runCommand: runs programs, where that is possible.
    ///   - readFile: reads a file.
    ///   - clock: time, waiting and chance.
    /// - Returns: the source to give to a client.
    package static func standard(
        _ environment: [String: String],
        profile: String? = nil,
        executor: any HTTPExecutor,
        runCommand: CommandRunner? = nil,
        readFile: @escaping FileReader = CredentialFiles.live,
        clock: AWSEnvironment = AWSEnvironment()
    ) -> RefreshingCredentialProvider {
        let profiles = ProfileCredentialProvider(
            environment,
            profile: profile,
            runCommand: runCommand,
            readFile: readFile
        )
        var providers: [any CredentialProvider] = [EnvironmentCredentialProvider(environment), profiles]
        if profile != nil { providers.removeFirst() }
        providers +=
            [
                ContainerCredentialProvider(environment, executor: executor, readFile: readFile),
                InstanceCredentialProvider(environment, executor: executor),
            ] as [any CredentialProvider]
        return RefreshingCredentialProvider(CredentialSelector(providers), now: clock.now)
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
