package import AWSClient
package import SyncCore

/// Notices to the subscribers of an SNS topic.
package struct TopicNotifier: Sendable {
    private let sns: SNS
    private let topicARN: String

    /// Makes a notifier.
    ///
    /// - Parameters:
    ///   - sns: the service, in the topic's region.
    ///   - topicARN: the topic.
    package init(sns: SNS, topicARN: String) {
        self.sns = sns
        self.topicARN = topicARN
    }

    /// Publishes a notice.
    ///
    /// - Throws: `InvalidConfiguration` where the topic is not there or the role may not publish; transient errors.
    package func publish(_ notice: Notice) async throws {
        let input = SNS.PublishInput(topicArn: topicARN, subject: notice.subject, message: notice.body)
        do {
            _ = try await sns.publish(input)
        } catch let error as AWSError where error.code == .notFound {
            throw SyncError(
                .invalidConfiguration,
                "the topic that ALERT_TOPIC_ARN names does not exist in the function's region",
                reason: error.code.rawValue,
                underlying: error
            )
        } catch {
            throw SyncError.mapped(error)
        }
    }
}
