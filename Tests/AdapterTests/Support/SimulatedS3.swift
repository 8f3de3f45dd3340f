import AWSClient
import AWSSigning
import FoundationEssentials
import HTTPTransport
import Logging
import Simulators

/// The store in this process, which refuses what the service refuses and fails when it is told to.
enum SimulatedS3 {
    static let bucket = "mirror"

    static func with(
        _ change: (inout S3Simulator.Configuration) -> Void = { _ in },
        transport: TransportConfiguration = TransportConfiguration(),
        credential: Credential = Credential(accessKeyId: "testing", secretAccessKey: "testing"),
        now: @escaping @Sendable () -> Date = { Date() },
        _ body: (S3, S3Simulator) async throws -> Void
    ) async throws {
        var configuration = S3Simulator.Configuration()
        configuration.buckets = [bucket]
        change(&configuration)
        try await withS3Simulator(configuration: configuration, logger: .quiet) { simulator in
            let endpoint = try Endpoint(parsing: simulator.endpoint)
            try await AsyncHTTPClientTransport.with(transport) { transport in
                let client = AWSClient(
                    executor: transport,
                    credentials: StaticCredentialProvider(credential),
                    region: Region(rawValue: configuration.region),
                    endpoints: Endpoints(all: endpoint),
                    environment: AWSEnvironment(
                        now: now,
                        sleep: { _ in },
                        random: { 0 }
                    ),
                    logger: .quiet
                )
                try await body(S3(client: client), simulator)
            }
        }
    }
}
