import AWSClient
import AWSSigning
import Foundation
import HTTPTransport
import LambdaRuntime
import Logging
import NIOCore
import NIOHTTP1
import Pipeline
import Simulators
import SyncCore
import TestSupport
import Testing

@testable import obsync

extension Tag {
    /// Starts processes and talks over loopback.
    @Tag static var integration: Self
}

/// One deployment of the whole pipeline on this machine: bucket, table and secret in an emulator of AWS, the provider in
/// this process, the functions as processes of their own behind the Invoke API.
struct Deployment: Sendable {
    static let emulator = ProcessInfo.processInfo.environment["OBSYNC_TEST_AWS_ENDPOINT"]
    static let prefix = "vaults/"

    let library: SimulatedLibrary
    let provider: ObsidianSimulator
    let s3: S3
    let dynamoDB: DynamoDB
    let bucket: String
    let table: String
    let requests: RequestLog
    /// The variables of its functions.
    let variables: [String: String]
    let transport: AsyncHTTPClientTransport
    /// Where the Invoke API of its functions is.
    let lambdaURL: String

    /// Sets everything up, runs `body`, and ends all processes.
    static func with(
        _ library: SimulatedLibrary,
        environment: [String: String] = [:],
        _ body: (Deployment) async throws -> Void
    ) async throws {
        let address = try #require(emulator)
        let log = RequestLog()
        try await AsyncHTTPClientTransport.with { transport in
            try await withObsidianSimulator(library: library, logger: quietLogger) { provider in
                try await withProxy(to: address, transport, pass: log.pass) { proxy in
                    let name = uniqueName()
                    let aws = try client(transport, address)
                    try await makeResources(aws, name, secret: DemoSource.sampleSecret)
                    var variables = environment
                    variables["AWS_ENDPOINT_URL"] = address
                    variables["AWS_ENDPOINT_URL_S3"] = proxy
                    variables["OBSIDIAN_API_URL"] = provider.baseURL
                    for key in ["S3_BUCKET", "STATE_TABLE_NAME", "OBSYNC_SECRET_NAME"] where environment[key] == nil {
                        variables[key] = name
                    }
                    try await withLambdaProcess(variables, secrets: library.privateTexts) { [variables] lambdaURL in
                        try await body(
                            Deployment(
                                library: library,
                                provider: provider,
                                s3: S3(client: aws),
                                dynamoDB: DynamoDB(client: aws),
                                bucket: name,
                                table: name,
                                requests: log,
                                variables: variables,
                                transport: transport,
                                lambdaURL: lambdaURL
                            )
                        )
                    }
                }
            }
        }
    }

    /// Where it stores.
    var stored: StoredMirror {
        StoredMirror(s3: s3, dynamoDB: dynamoDB, bucket: bucket, table: table, prefix: Self.prefix)
    }

    /// Runs the state machine over the Invoke API.
    func run(_ request: SyncRequest = SyncRequest()) async throws -> Summary {
        let engine = LocalEngine(
            definition: try LocalEngine.pipelineDefinition(),
            invoke: invoke,
            observe: { _ in }
        )
        return try await engine.run(request, name: "test-" + String(UInt64.random(in: 0...UInt64.max), radix: 36))
    }

    /// Invokes one function as Step Functions would.
    @Sendable
    func invoke(_ function: PipelineFunction, _ event: [UInt8]) async throws -> [UInt8] {
        let response = try await transport.execute(
            HTTPRequest(
                method: .POST,
                url: "\(lambdaURL)/2015-03-31/functions/\(function.rawValue)/invocations",
                body: .bytes(.init(bytes: event))
            ),
            timeout: .seconds(120),
            logger: quietLogger
        )
        let answer = Array(try await response.collect(upTo: 6 << 20).readableBytesView)
        try #require(response.status == 200, "\(String(decoding: answer, as: UTF8.self))")
        guard response.headers.first(name: "X-Amz-Function-Error") == nil else {
            let failure = try FunctionJSON.decode(FailureCause.self, from: answer)
            throw SyncError(SyncError.Name(rawValue: failure.errorType), failure.errorMessage)
        }
        return answer
    }

    /// A name that nobody else has.
    static func uniqueName() -> String { "obsync-test-" + String(UInt64.random(in: 0...UInt64.max), radix: 36) }

    /// A client of the emulator.
    static func client(_ transport: AsyncHTTPClientTransport, _ address: String) throws -> AWSClient {
        AWSClient(
            executor: transport,
            credentials: StaticCredentialProvider(Credential(accessKeyId: "testing", secretAccessKey: "testing")),
            region: Region(rawValue: "eu-central-1"),
            endpoints: Endpoints(all: try Endpoint(parsing: address)),
            logger: quietLogger
        )
    }

    /// Makes bucket, table and secret of that name.
    static func makeResources(_ aws: AWSClient, _ name: String, secret: Secret) async throws {
        try await S3(client: aws).createBucket(.init(bucket: name))
        try await DynamoDB(client: aws).makeRecordsTable(name)
        _ = try await SecretsManager(client: aws).createSecret(
            .init(
                clientRequestToken: UUID().uuidString,
                name: name,
                secretString: String(decoding: try secret.json, as: UTF8.self)
            )
        )
    }
}

let quietLogger: Logger = {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return logger
}()
