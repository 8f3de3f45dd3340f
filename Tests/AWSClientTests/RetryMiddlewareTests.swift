import FoundationEssentials
import HTTPTransport
import NIOCore
import NIOHTTP1
import Testing

@testable import AWSClient

@Suite("retrying")
struct RetryMiddlewareTests {
    private let world = ManualWorld()
    private let get = DynamoDB.GetItemInput(key: ["id": .s("1")], tableName: "t")
    private let busy = ScriptedExecutor.Reply.answer(503, [:], "")

    @Test("a passing failure is waited out, each attempt signed anew")
    func transient() async throws {
        let lost = ScriptedExecutor.Reply.failure(TransportError(.connectionLost, message: "gone"))
        let executor = ScriptedExecutor(lost, busy, .answer(200, [:], "{}"))
        let client = client(executor, world: world)
        _ = try await DynamoDB(client: client).getItem(get)
        #expect(executor.requests.count == 3)
        #expect(world.sleeps == [.milliseconds(50), .milliseconds(100)])
        #expect(client.budget.available == 490)
    }

    @Test("the last failure is the one reported")
    func exhausted() async throws {
        let executor = ScriptedExecutor(busy, busy, busy)
        let client = client(executor, world: world, retry: RetryPolicy(maxAttempts: 3))
        let error = try await awsError { try await DynamoDB(client: client).getItem(get) }
        #expect(error.httpStatus == 503)
        #expect(error.operation == "GetItem")
        #expect(error.isRetryable)
    }

    @Test("an empty budget makes failures final at once")
    func budget() async throws {
        let executor = ScriptedExecutor(busy)
        let client = client(executor, world: world)
        while client.budget.take(5) {}
        _ = try await awsError { try await DynamoDB(client: client).getItem(get) }
        #expect(executor.requests.count == 1)
    }

    @Test("Retry-After is obeyed, as seconds and as a date")
    func retryAfter() async throws {
        let executor = ScriptedExecutor(
            .answer(503, ["Retry-After": "7"]),
            .answer(503, ["Retry-After": "Sun, 30 Aug 2015 12:36:30 GMT"]),
            .answer(200, [:], "{}")
        )
        _ = try await DynamoDB(client: client(executor, world: world)).getItem(get)
        // The world stands at 12:36:00, and at 12:36:07 after the first wait.
        #expect(world.sleeps == [.seconds(7), .seconds(23)])
    }

    @Test("the deadline ends the attempts and bounds each of them")
    func deadline() async throws {
        let executor = ScriptedExecutor(.answer(503, ["Retry-After": "10"]))
        let client = client(executor, world: world).with(deadline: world.now.addingTimeInterval(5))
        _ = try await awsError { try await DynamoDB(client: client).getItem(get) }
        #expect(executor.timeouts == [.seconds(5)])
        #expect(world.sleeps.isEmpty)
        world.advance(by: .seconds(6))
        let late = try await awsError { try await DynamoDB(client: client).getItem(get) }
        #expect(late.code == .deadlineExceeded)
        #expect(executor.requests.count == 1)
    }

    @Test("a clock that is off is corrected once, and stays corrected")
    func clock() async throws {
        let skewed = ScriptedExecutor.Reply.answer(
            400,
            ["Date": "Sun, 30 Aug 2015 13:36:00 GMT"],
            #"{"__type":"x#InvalidSignatureException","message":"Signature expired"}"#
        )
        let executor = ScriptedExecutor(skewed, .answer(200, [:], "{}"), .answer(200, [:], "{}"))
        let client = client(executor, world: world)
        _ = try await DynamoDB(client: client).getItem(get)
        _ = try await DynamoDB(client: client).getItem(get)
        let dates = executor.requests.map { $0.headers.first(name: "X-Amz-Date") }
        #expect(dates == ["20150830T123600Z", "20150830T133600Z", "20150830T133600Z"])
        #expect(world.sleeps.isEmpty)
    }

    @Test("a clock that cannot be corrected is not corrected for ever")
    func clockTwice() async throws {
        let skewed = ScriptedExecutor.Reply.answer(
            403,
            ["Date": "Sun, 30 Aug 2015 13:36:00 GMT"],
            "<Error><Code>RequestTimeTooSkewed</Code></Error>"
        )
        let s3 = S3(client: client(ScriptedExecutor(skewed, skewed), world: world))
        let error = try await awsError { try await s3.getObject(.init(bucket: "bucket", key: "k")) }
        #expect(error.code.rawValue == "RequestTimeTooSkewed")
    }

    @Test("a body that streams is never sent twice")
    func stream() async throws {
        let executor = ScriptedExecutor(busy)
        let body = AWSHTTPBody(asyncSequence: BufferedBody(ByteBuffer(string: "x")), length: 1)
        let s3 = S3(client: client(executor, world: world))
        _ = try await awsError { try await s3.putObject(.init(body: body, bucket: "bucket", key: "k")) }
        #expect(executor.requests.count == 1)
    }
}
