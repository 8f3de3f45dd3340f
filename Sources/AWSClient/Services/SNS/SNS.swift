import AWSSigning
import HTTPTransport
import NIOCore
import NIOHTTP1

/// Amazon SNS, as far as it is used here. It speaks the query protocol: a form goes out, XML comes back.
package struct SNS: Sendable {
    private static let version = "2010-03-31"
    private static let responseLimit = 64 << 10

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

    /// Publishes a message. A request whose answer was lost is repeated, so that a message may come twice.
    ///
    ///     <PublishResponse><PublishResult><MessageId>…</MessageId></PublishResult>…</PublishResponse>
    package func publish(_ input: PublishInput) async throws -> PublishResponse {
        var fields = [("Action", "Publish"), ("Version", Self.version), ("TopicArn", input.topicArn)]
        if let subject = input.subject { fields.append(("Subject", subject)) }
        fields.append(("Message", input.message))
        let endpoint = try client.endpoints.endpoint(of: .sns, region: client.region)
        var request = AWSRequest(service: .sns, operation: "Publish", endpoint: endpoint, method: .POST)
        request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded; charset=utf-8")
        let form = fields.map { "\($0)=\(PercentEncoding.query($1))" }.joined(separator: "&")
        request.body = .bytes(ByteBuffer(string: form))
        request.responseBody = .collected(limit: Self.responseLimit)
        let body = try await client.execute(request).body.collect(upTo: Self.responseLimit)
        guard let id = (try? XMLElement.parse(body))?.child("PublishResult")?["MessageId"] else {
            throw request.malformed("the answer is not the XML that was expected")
        }
        return PublishResponse(messageId: id)
    }
}
