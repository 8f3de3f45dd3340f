import HTTPTransport
import Testing

@testable import AWSClient

@Suite("errors from answers")
struct ResponseMiddlewareTests {
    private func s3Error(_ reply: ScriptedExecutor.Reply) async throws -> AWSError {
        let s3 = S3(client: client(ScriptedExecutor(reply), retry: .never))
        return try await awsError { try await s3.getObject(.init(bucket: "bucket", key: "secret name")) }
    }

    @Test("an XML error keeps code, status, both request ids and message; its description names no key")
    func xml() async throws {
        let body = """
            <?xml version="1.0" encoding="UTF-8"?>
            <Error><Code>NoSuchKey</Code><Message>No secret name</Message><Key>secret name</Key>
            <RequestId>B</RequestId><HostId>H</HostId></Error>
            """
        let error = try await s3Error(.answer(404, ["x-amz-request-id": "R", "x-amz-id-2": "X"], body))
        #expect(error.code == .noSuchKey)
        #expect(error.httpStatus == 404)
        #expect(error.requestID == "R")
        #expect(error.extendedRequestID == "X")
        #expect(error.message == "No secret name")
        #expect(error.description == "s3 GetObject: NoSuchKey (404), request R")
        #expect(!error.isRetryable)
    }

    @Test(
        "an answer without a readable body is known by its status",
        arguments: [
            (404, "", "NotFound"), (403, "", "AccessDenied"), (412, "<html>", "PreconditionFailed"),
            (416, "<Error></Error>", "InvalidRange"), (304, "", "NotModified"), (418, "", "HTTPStatus418"),
            (503, "<!DOCTYPE html><html/>", "ServiceUnavailable"),
            (400, "<Error><Code>evil\ncode</Code></Error>", "Unknown"),
        ]
    )
    func status(_ status: Int, _ body: String, _ code: String) async throws {
        #expect(try await s3Error(.answer(status, [:], body)).code.rawValue == code)
    }

    @Test("an error's body that is too large is not read")
    func largeBody() async throws {
        let body = "<Error><Code>X</Code>" + String(repeating: " ", count: 300_000) + "</Error>"
        #expect(try await s3Error(.answer(404, [:], body)).code == .notFound)
    }

    @Test(
        "a JSON error is read with its namespace taken off",
        arguments: [
            (#"{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"m"}"#, "m"),
            (#"{"__type":"ConditionalCheckFailedException","Message":"M"}"#, "M"),
        ]
    )
    func json(_ body: String, _ message: String) async throws {
        let executor = ScriptedExecutor(.answer(400, ["x-amzn-RequestId": "Q"], body))
        let error = try await awsError {
            try await DynamoDB(client: client(executor)).getItem(.init(key: [:], tableName: "t"))
        }
        #expect(error.code == .conditionalCheckFailed)
        #expect(error.message == message)
        #expect(error.requestID == "Q")
    }

    @Test("the type in the header field serves where the body has none")
    func jsonHeader() async throws {
        let executor = ScriptedExecutor(.answer(400, ["x-amzn-ErrorType": "ResourceNotFoundException:http://x/"]))
        let error = try await awsError {
            try await DynamoDB(client: client(executor)).getItem(.init(key: [:], tableName: "t"))
        }
        #expect(error.code == .resourceNotFound)
    }

    @Test("an error inside a 200 is an error, and is retried when it may pass")
    func errorInside200() async throws {
        let error = ScriptedExecutor.Reply.answer(200, [:], "<Error><Code>InternalError</Code></Error>")
        let copied = ScriptedExecutor.Reply.answer(200, [:], "<CopyObjectResult><ETag>e</ETag></CopyObjectResult>")
        let copy = S3.CopyObjectRequest(bucket: "bucket", copySourceBucket: "other", copySourceKey: "k", key: "k")
        let executor = ScriptedExecutor(error, copied)
        #expect(try await S3(client: client(executor)).copyObject(copy).eTag == "e")
        let denied = ScriptedExecutor(.answer(200, [:], "<Error><Code>AccessDenied</Code></Error>"))
        let failure = try await awsError { try await S3(client: client(denied)).copyObject(copy) }
        #expect(failure.code == .accessDenied)
        #expect(failure.httpStatus == 200)
    }

    @Test(
        "a transport's error becomes the client's",
        arguments: [
            (TransportError.Code.connectionLost, AWSErrorCode.connectionFailed), (.timedOut, .timedOut),
            (.bodyTooLarge, .malformedResponse), (.invalidURL, .invalidConfiguration),
        ]
    )
    func transport(_ code: TransportError.Code, _ expected: AWSErrorCode) async throws {
        #expect(try await s3Error(.failure(TransportError(code, message: "m"))).code == expected)
    }

    @Test("an answer that is not what was asked for is malformed")
    func malformed() async throws {
        let executor = ScriptedExecutor(.answer(200, [:], "not json"), .answer(200, [:], "<Other/>"))
        let client = client(executor)
        let json = try await awsError { try await DynamoDB(client: client).getItem(.init(key: [:], tableName: "t")) }
        #expect(json.code == .malformedResponse)
        let xml = try await awsError { try await S3(client: client).listObjectsV2(.init(bucket: "bucket")) }
        #expect(xml.code == .malformedResponse)
    }
}
