import AWSSigning
import HTTPTransport
import NIOCore
import NIOHTTP1
import Testing

@testable import AWSClient

@Suite("signing in the client")
struct SigningMiddlewareTests {
    private let hash = "x-amz-content-sha256"

    private func put(_ body: AWSHTTPBody, to endpoints: Endpoints) async throws -> HTTPRequest {
        let executor = ScriptedExecutor(.answer(200))
        _ = try await S3(client: client(executor, endpoints: endpoints)).putObject(
            .init(body: body, bucket: "bucket", key: "a b")
        )
        return try #require(executor.requests.first)
    }

    @Test("over TLS the body of an S3 request is left out of the signature")
    func overTLS() async throws {
        let request = try await put(.init(buffer: ByteBuffer(string: "x")), to: Endpoints())
        #expect(request.headers.first(name: hash) == "UNSIGNED-PAYLOAD")
        #expect(request.url == "https://bucket.s3.eu-central-1.amazonaws.com/a%20b")
    }

    @Test("without TLS the body is signed")
    func withoutTLS() async throws {
        let endpoints = Endpoints(all: try Endpoint(parsing: "http://localhost:9000"))
        let request = try await put(.init(buffer: ByteBuffer(string: "x")), to: endpoints)
        #expect(request.headers.first(name: hash) == PayloadHash.sha256(Array("x".utf8)).value)
        #expect(request.url == "http://localhost:9000/bucket/a%20b")
    }

    @Test("the signature is the signer's over what is sent")
    func agreesWithTheSigner() async throws {
        let endpoints = Endpoints(all: try Endpoint(parsing: "http://localhost:9000/base"))
        let request = try await put(.init(buffer: ByteBuffer(string: "x")), to: endpoints)
        let signed = AWSSigner(credential: testCredential, service: "s3", region: "eu-central-1").signHeaders(
            SigningRequest(
                method: "PUT",
                host: "localhost:9000",
                path: "/base/bucket/a%20b",
                payload: .sha256(Array("x".utf8))
            ),
            at: SigningDate(unixSeconds: 1_440_938_160)
        )
        #expect(request.headers.first(name: "Authorization") == signed.last?.value)
        #expect(!request.headers.contains(name: "Host"))
    }

    @Test("the body of every other service is signed, and goes without the header field of S3")
    func otherServices() async throws {
        let executor = ScriptedExecutor(.answer(200, [:], "{}"))
        _ = try await DynamoDB(client: client(executor)).getItem(.init(key: [:], tableName: "t"))
        let request = try #require(executor.requests.first)
        #expect(request.headers.first(name: hash) == nil)
        let authorization = try #require(request.headers.first(name: "Authorization"))
        #expect(authorization.contains("/20150830/eu-central-1/dynamodb/aws4_request"))
        #expect(authorization.contains("SignedHeaders=content-type;host;x-amz-date;x-amz-target,"))
    }

    @Test("a session token goes along, and no credential is an error")
    func tokens() async throws {
        let executor = ScriptedExecutor(.answer(200, [:], "{}"))
        let variables = ["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "B", "AWS_SESSION_TOKEN": "token"]
        func dynamo(_ variables: [String: String]) -> DynamoDB {
            DynamoDB(
                client: AWSClient(
                    executor: executor,
                    credentials: EnvironmentCredentialProvider(variables),
                    region: Region(rawValue: "eu-central-1"),
                    logger: testLogger
                )
            )
        }
        _ = try await dynamo(variables).getItem(.init(key: [:], tableName: "t"))
        #expect(executor.requests.first?.headers.first(name: "X-Amz-Security-Token") == "token")
        let error = try await awsError { try await dynamo([:]).getItem(.init(key: [:], tableName: "t")) }
        #expect(error.code == .noCredentials)
    }
}
