import AWSClient
import AWSSigning
import FoundationEssentials
import HTTPTransport
import Logging
import NIOCore
import NIOHTTP1
import SyncCore
import TestSupport
import Testing

extension Tag {
    /// Talks to an emulator of AWS on loopback.
    @Tag static var integration: Self
}

/// The emulator of AWS, where one is running.
enum Emulator {
    static let address = ProcessInfo.processInfo.environment["OBSYNC_TEST_AWS_ENDPOINT"]

    static func with(_ body: (AWSClient, AsyncHTTPClientTransport) async throws -> Void) async throws {
        let endpoint = try Endpoint(parsing: try #require(address))
        try await AsyncHTTPClientTransport.with { transport in
            let client = AWSClient(
                executor: transport,
                credentials: StaticCredentialProvider(Credential(accessKeyId: "testing", secretAccessKey: "testing")),
                region: Region(rawValue: "eu-central-1"),
                endpoints: Endpoints(all: endpoint),
                logger: .quiet
            )
            try await body(client, transport)
        }
    }

    /// A client of the emulator that sends by something else, and waits before no further attempt.
    static func client(over executor: any HTTPExecutor) throws -> AWSClient {
        var environment = AWSEnvironment()
        environment.sleep = { _ in }
        return AWSClient(
            executor: executor,
            credentials: StaticCredentialProvider(Credential(accessKeyId: "testing", secretAccessKey: "testing")),
            region: Region(rawValue: "eu-central-1"),
            endpoints: Endpoints(all: try Endpoint(parsing: try #require(address))),
            environment: environment,
            logger: .quiet
        )
    }

    /// Calls an operation that only tests need; the emulator looks at no signature.
    static func post(
        _ body: String,
        to service: String,
        _ headers: HTTPHeaders,
        _ transport: AsyncHTTPClientTransport
    ) async throws {
        var headers = headers
        let scope = "testing/20261121/eu-central-1/\(service)/aws4_request"
        headers.add(
            name: "Authorization",
            value: "AWS4-HMAC-SHA256 Credential=\(scope), SignedHeaders=host, Signature=0"
        )
        let answer = try await transport.execute(
            HTTPRequest(
                method: .POST,
                url: try #require(address) + "/",
                headers: headers,
                body: .bytes(ByteBuffer(string: body))
            ),
            timeout: .seconds(10),
            logger: .quiet
        )
        #expect(answer.status == 200)
    }

    static func unique(_ prefix: String) -> String {
        prefix + "-" + String(UInt64.random(in: 0...UInt64.max), radix: 36)
    }

    /// A new table as a deployment has it; its name.
    static func makeTable(_ dynamoDB: DynamoDB) async throws -> String {
        let name = unique("records")
        try await dynamoDB.makeRecordsTable(name)
        return name
    }
}

extension Logger {
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
