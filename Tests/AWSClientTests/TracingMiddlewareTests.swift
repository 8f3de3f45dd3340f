import HTTPTransport
import InMemoryTracing
import NIOCore
import Testing
import Tracing

@testable import AWSClient

@Suite("spans of calls")
struct TracingMiddlewareTests {
    private let tracer = InMemoryTracer()
    private let world = ManualWorld()

    private func client(_ executor: ScriptedExecutor) -> AWSClient {
        AWSClient(
            executor: executor,
            credentials: StaticCredentialProvider(testCredential),
            region: Region(rawValue: "eu-central-1"),
            environment: world.environment(),
            tracer: tracer,
            logger: testLogger
        )
    }

    private func span() throws -> FinishedInMemorySpan {
        try #require(tracer.finishedSpans.count == 1)
        return try #require(tracer.finishedSpans.first)
    }

    @Test("a call is one span of its service with operation, status and the number of retries, and nothing more")
    func retried() async throws {
        let executor = ScriptedExecutor(.answer(503), .answer(500), .answer(200, [:], "{}"))
        _ = try await DynamoDB(client: client(executor)).getItem(.init(key: ["id": .s("key")], tableName: "table"))
        let span = try span()
        #expect(span.operationName == "DynamoDB")
        #expect(span.kind == .client)
        #expect(span.attributes.get(SpanKey.system) == .string("aws-api"))
        #expect(span.attributes.get(SpanKey.operation) == .string("GetItem"))
        #expect(span.attributes.get(SpanKey.status) == .int64(200))
        #expect(span.attributes.get(SpanKey.retries) == .int64(2))
        #expect(span.attributes.count == 4)
        #expect(span.status == nil)
    }

    @Test("a call that fails says with which status, and what of it is not told is the error's message")
    func failed() async throws {
        let executor = ScriptedExecutor(.answer(404, [:], "<Error><Code>NoSuchKey</Code></Error>"))
        _ = try await awsError { try await S3(client: client(executor)).getObject(.init(bucket: "bucket", key: "k")) }
        let span = try span()
        #expect(span.operationName == "S3")
        #expect(span.attributes.get(SpanKey.status) == .int64(404))
        #expect(span.attributes.get(SpanKey.retries) == nil)
        #expect(span.status?.code == .error)
        #expect((span.errors.first?.error as? AWSError)?.httpStatus == 404)
    }

    @Test("a call that gets no answer has no status")
    func unanswered() async throws {
        let lost = ScriptedExecutor.Reply.failure(TransportError(.invalidURL, message: "gone"))
        _ = try await awsError {
            try await S3(client: client(ScriptedExecutor(lost))).getObject(.init(bucket: "bucket", key: "k"))
        }
        #expect(try span().attributes.get(SpanKey.status) == nil)
    }

    @Test("what is sent is the same, traced or not")
    func sameRequest() async throws {
        let traced = ScriptedExecutor(.answer(200, [:], "{}"))
        let plain = ScriptedExecutor(.answer(200, [:], "{}"))
        let input = DynamoDB.GetItemInput(key: ["id": .s("1")], tableName: "t")
        _ = try await DynamoDB(client: client(traced)).getItem(input)
        _ = try await DynamoDB(client: AWSClientTests.client(plain)).getItem(input)
        #expect(traced.requests.first?.headers.map(\.name) == plain.requests.first?.headers.map(\.name))
    }
}
