import HTTPTransport
import NIOHTTP1
import Testing

@testable import AWSClient

@Suite("SNS requests and answers")
struct SNSTests {
    private let taken = """
        <PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>m-1</MessageId>
        </PublishResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></PublishResponse>
        """
    private let input = SNS.PublishInput(
        topicArn: "arn:aws:sns:eu-central-1:1:alerts",
        subject: "a & b=c",
        message: "50 % \u{E9}+\nnext"
    )

    @Test("a message goes out as a form")
    func publish() async throws {
        let executor = ScriptedExecutor(.answer(200, [:], taken))
        let response = try await SNS(client: client(executor)).publish(input)
        #expect(response.messageId == "m-1")
        let request = try #require(executor.requests.first)
        #expect(request.method == .POST)
        #expect(request.url == "https://sns.eu-central-1.amazonaws.com/")
        #expect(request.headers["Content-Type"] == ["application/x-www-form-urlencoded; charset=utf-8"])
        #expect(request.headers.first(name: "Authorization")?.contains("/eu-central-1/sns/aws4_request") == true)
        #expect(
            request.bodyText
                == "Action=Publish&Version=2010-03-31&TopicArn=arn%3Aaws%3Asns%3Aeu-central-1%3A1%3Aalerts"
                + "&Subject=a%20%26%20b%3Dc&Message=50%20%25%20%C3%A9%2B%0Anext"
        )
    }

    @Test("who gets a topic's messages, and whether they have agreed")
    func subscriptions() async throws {
        let answer = """
            <ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult><Subscriptions><member><Protocol>email</Protocol>
            <SubscriptionArn>PendingConfirmation</SubscriptionArn></member><member><Protocol>sqs</Protocol>
            <SubscriptionArn>arn:aws:sns:eu-central-1:1:alerts:2</SubscriptionArn></member></Subscriptions>
            </ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>
            """
        let executor = ScriptedExecutor(.answer(200, [:], answer))
        let found = try await SNS(client: client(executor)).subscriptions(of: input.topicArn)
        #expect(found.map(\.protocolName) == ["email", "sqs"])
        #expect(found.map(\.isConfirmed) == [false, true])
    }

    @Test("an error has the code and the request that the answer names")
    func failure() async throws {
        let body = """
            <ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type>
            <Code>NotFound</Code><Message>Topic does not exist</Message></Error><RequestId>r-2</RequestId></ErrorResponse>
            """
        let executor = ScriptedExecutor(.answer(404, [:], body))
        let error = try await awsError { try await SNS(client: client(executor)).publish(input) }
        #expect(error.code == .notFound)
        #expect((error.service, error.operation, error.requestID) == ("sns", "Publish", "r-2"))
    }

    @Test("an answer that is not what was expected is an error", arguments: ["", "{}", "<PublishResponse/>"])
    func malformed(body: String) async throws {
        let executor = ScriptedExecutor(.answer(200, [:], body))
        let error = try await awsError { try await SNS(client: client(executor)).publish(input) }
        #expect(error.code == .malformedResponse)
    }
}
