import AWSAdapters
import AWSClient
import SyncCore

/// How the store of a bucket is reached, as far as somebody says it.
struct StoreSettings: Hashable, Sendable {
    /// The address that stands in for AWS's own.
    var endpointURL: String?
    /// Whether every address names the bucket in its path.
    var pathStyle = false
    /// Whether an address of another machine may go without TLS.
    var insecure = false
    /// The AWS profile.
    var profile: String?
    /// The region, as somebody wrote it.
    var region: String?

    /// What a command line has to say so that it means the same.
    var arguments: [String] {
        var words: [String] = []
        if let endpointURL { words += ["--endpoint-url", endpointURL] }
        if pathStyle { words.append("--path-style") }
        if insecure { words.append("--insecure") }
        if let profile { words += ["--profile", profile] }
        if let region { words += ["--region", region] }
        return words
    }

    /// The service, as these settings, environment and profile say, in this order; and then what is remembered.
    ///
    /// Where nobody names a region, the bucket's own is found by asking.
    ///
    /// - Parameters:
    ///   - endpoint: the address that was used the last time.
    ///   - connection: environment and transport.
    /// - Returns: the service.
    /// - Throws: `InvalidConfiguration` for a variable or a profile, `InvalidInput` for an address without TLS.
    func service(remembered endpoint: String?, _ connection: PlaceConnection) throws -> S3 {
        var choices = AWSClient.Choices.commandLine
        choices.usualRegion = Region(rawValue: "us-east-1")
        choices.profile = profile
        choices.region = try AccountOptions.region(region)
        if pathStyle { choices.addressing = .path }
        if let endpointURL {
            choices.s3Endpoint = try Self.endpoint(endpointURL)
        } else if let endpoint, try client(choices, connection).endpoints.replacement(of: .s3) == nil {
            choices.s3Endpoint = try Self.endpoint(endpoint)
        }
        let client = try client(choices, connection)
        if let place = client.endpoints.replacement(of: .s3), !place.isSecure, !place.isLoopback, !insecure,
            place.base != endpoint
        {
            throw SyncError(
                .invalidInput,
                "\(place.base) is reached without TLS, so that everybody on the way can read and change the files; "
                    + "use https://, or go on with --insecure"
            )
        }
        return S3(client: client, followsBuckets: true)
    }

    private func client(_ choices: AWSClient.Choices, _ connection: PlaceConnection) throws -> AWSClient {
        try AWSClient(
            environment: connection.environment,
            choices,
            executor: connection.executor,
            logger: connection.logger
        )
    }

    private static func endpoint(_ text: String) throws(SyncError) -> Endpoint {
        do {
            return try Endpoint(parsing: text)
        } catch {
            throw SyncError(.invalidInput, "--endpoint-url has to be http(s)://host[:port][/path]")
        }
    }
}
