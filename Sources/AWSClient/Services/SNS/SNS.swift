/// Amazon SNS, as far as it is used here. It speaks the query protocol: a form goes out, XML comes back.
package struct SNS: Sendable {
    private let client: AWSClient

    /// Makes the service over a client. Topics are those of the client's region.
    package init(client: AWSClient) {
        self.client = client
    }

    /// A message to the subscribers of a topic.
    package struct PublishInput: Sendable {
        /// The topic.
        package var topicArn: String
        /// The subject of mails: up to 100 printable ASCII characters.
        package var subject: String?
        /// The text, up to 256 KiB of UTF-8.
        package var message: String

        /// Makes a request.
        package init(topicArn: String, subject: String? = nil, message: String) {
            self.topicArn = topicArn
            self.subject = subject
            self.message = message
        }
    }

    /// The message that was taken.
    package struct PublishResponse: Sendable {
        /// Its identity.
        package let messageId: String
    }

    /// Somebody who gets a topic's messages.
    package struct Subscription: Sendable, Hashable {
        /// Such as `email`.
        package let protocolName: String
        /// Whether the one who gets them has agreed to it.
        package let isConfirmed: Bool
    }

    /// Tells who gets a topic's messages: the first hundred.
    ///
    ///     <ListSubscriptionsByTopicResult><Subscriptions><member><SubscriptionArn>PendingConfirmation</SubscriptionArn>
    ///     <Protocol>email</Protocol>…
    ///
    /// - Throws: ``AWSError`` with what the service answered, or why it could not be reached.
    package func subscriptions(of topicArn: String) async throws -> [Subscription] {
        let answer = try await client.call("ListSubscriptionsByTopic", of: .sns, [("TopicArn", topicArn)])
        return (answer.child("Subscriptions")?.all("member") ?? []).map { member in
            Subscription(
                protocolName: member["Protocol"] ?? "",
                isConfirmed: member["SubscriptionArn"]?.hasPrefix("arn:") == true
            )
        }
    }

    /// Publishes a message. A request whose answer was lost is repeated, so that a message may come twice.
    ///
    ///     <PublishResponse><PublishResult><MessageId>…</MessageId></PublishResult>…</PublishResponse>
    ///
    /// - Throws: ``AWSError`` with what the service answered, or why it could not be reached.
    package func publish(_ input: PublishInput) async throws -> PublishResponse {
        var fields = [(name: "TopicArn", value: input.topicArn)]
        if let subject = input.subject { fields.append(("Subject", subject)) }
        fields.append(("Message", input.message))
        guard let id = try await client.call("Publish", of: .sns, fields)["MessageId"] else {
            throw AWSError(
                .malformedResponse,
                message: "the answer names no message",
                service: AWSService.sns.name,
                operation: "Publish"
            )
        }
        return PublishResponse(messageId: id)
    }
}
