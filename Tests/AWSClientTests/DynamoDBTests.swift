import FoundationEssentials
import HTTPTransport
import NIOHTTP1
import Testing

@testable import AWSClient

@Suite("DynamoDB requests and answers")
struct DynamoDBTests {
    private let world = ManualWorld()

    @Test("a request names its operation and has capitalised fields, absent ones left out")
    func request() async throws {
        let executor = ScriptedExecutor(.answer(200, [:], #"{"Attributes":{"v":{"N":"2"}}}"#))
        let output = try await DynamoDB(client: client(executor)).updateItem(
            .init(
                conditionExpression: "v < :v",
                expressionAttributeValues: [":v": .n(2)],
                key: ["id": .s("1")],
                returnValues: .allNew,
                tableName: "t"
            )
        )
        let request = try #require(executor.requests.first)
        #expect(request.method == .POST)
        #expect(request.url == "https://dynamodb.eu-central-1.amazonaws.com/")
        #expect(request.headers["X-Amz-Target"] == ["DynamoDB_20120810.UpdateItem"])
        #expect(request.headers["Content-Type"] == ["application/x-amz-json-1.0"])
        let body = try #require(request.bodyText)
        let fields = try JSONDecoder().decode(Fields.self, from: Data(body.utf8))
        #expect(fields.ConditionExpression == "v < :v")
        #expect(fields.Key == ["id": .s("1")])
        #expect(fields.ReturnValues == .allNew)
        #expect(!body.contains("null"))
        #expect(output.attributes == ["v": .n(2)])
    }

    private struct Fields: Decodable {
        let ConditionExpression: String
        let Key: [String: DynamoDB.AttributeValue]
        let ReturnValues: DynamoDB.ReturnValue
    }

    @Test("an item that does not exist is nil")
    func missing() async throws {
        let dynamo = DynamoDB(client: client(ScriptedExecutor(.answer(200, [:], "{}"))))
        #expect(try await dynamo.getItem(.init(key: [:], tableName: "t")).item == nil)
    }

    private let unprocessed = #"{"Responses":{"t":[]},"UnprocessedKeys":{"t":{"Keys":[{"id":{"S":"2"}}]}}}"#
    private let batch = DynamoDB.BatchGetItemInput(
        requestItems: ["t": .init(keys: [["id": .s("1")], ["id": .s("2")]])]
    )

    @Test("one call answers unprocessed keys as they are")
    func batchOnce() async throws {
        let dynamo = DynamoDB(client: client(ScriptedExecutor(.answer(200, [:], unprocessed))))
        let output = try await dynamo.batchGetItem(batch)
        #expect(output.unprocessedKeys == ["t": .init(keys: [["id": .s("2")]])])
    }

    @Test("unprocessed keys are asked for again, later each time, until all are there")
    func batchAgain() async throws {
        let executor = ScriptedExecutor(
            .answer(200, [:], unprocessed),
            .answer(200, [:], unprocessed),
            .answer(200, [:], #"{"Responses":{"t":[{"id":{"S":"2"}}]},"UnprocessedKeys":{}}"#)
        )
        let dynamo = DynamoDB(client: client(executor, world: world))
        #expect(try await dynamo.batchGetItems(batch) == ["t": [["id": .s("2")]]])
        #expect(world.sleeps == [.milliseconds(500), .seconds(1)])
        #expect(executor.requests.last?.bodyText == #"{"RequestItems":{"t":{"Keys":[{"id":{"S":"2"}}]}}}"#)
    }

    @Test("patience with unprocessed keys ends")
    func batchEnds() async throws {
        let reply = ScriptedExecutor.Reply.answer(200, [:], unprocessed)
        let executor = ScriptedExecutor(reply, reply, reply)
        let dynamo = DynamoDB(client: client(executor, world: world, retry: RetryPolicy(maxAttempts: 3)))
        let error = try await awsError { try await dynamo.batchGetItems(batch) }
        #expect(error.code == .unprocessedKeys)
        #expect(error.isThrottling)
        #expect(executor.requests.count == 3)
    }

    @Test("a query goes on after the last key, also over an empty page")
    func query() async throws {
        let executor = ScriptedExecutor(
            .answer(200, [:], #"{"Items":[],"Count":0,"LastEvaluatedKey":{"id":{"S":"a"}}}"#),
            .answer(200, [:], #"{"Items":[{"id":{"S":"b"}}],"Count":1}"#)
        )
        var counts: [Int?] = []
        let input = DynamoDB.QueryInput(
            consistentRead: true,
            keyConditionExpression: "id = :i",
            scanIndexForward: false,
            tableName: "t"
        )
        for try await page in DynamoDB(client: client(executor)).queryPaginator(input) { counts.append(page.count) }
        #expect(counts == [0, 1])
        #expect(executor.requests[0].bodyText?.contains("ExclusiveStartKey") == false)
        #expect(executor.requests[1].bodyText?.contains(#""ExclusiveStartKey":{"id":{"S":"a"}}"#) == true)
    }

    @Test("a query whose pages repeat does not run for ever")
    func repeatingQuery() async throws {
        let page = ScriptedExecutor.Reply.answer(200, [:], #"{"Items":[],"LastEvaluatedKey":{"id":{"S":"a"}}}"#)
        let dynamo = DynamoDB(client: client(ScriptedExecutor(page, page)))
        let error = try await awsError {
            for try await _ in dynamo.queryPaginator(.init(keyConditionExpression: "id = :i", tableName: "t")) {}
        }
        #expect(error.code == .malformedResponse)
    }
}
