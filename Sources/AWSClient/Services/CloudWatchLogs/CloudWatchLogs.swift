/// Amazon CloudWatch Logs, as far as it is used here: reading what functions have said.
package struct CloudWatchLogs: Sendable {
    private let client: AWSClient

    /// Makes the service over a client.
    package init(client: AWSClient) {
        self.client = client
    }

    /// Asks for the events of a group within a time, all streams together.
    package struct FilterLogEventsInput: Sendable, Encodable {
        /// The group.
        package var logGroupName: String
        /// From when on, in milliseconds since 1970.
        package var startTime: Int64?
        /// Up to when, in milliseconds since 1970; that moment is left out.
        package var endTime: Int64?
        /// Where the page before ended.
        package var nextToken: String?
        /// How many at most, up to 10,000.
        package var limit: Int?
        /// That events of several streams come by their time; the service does so anyway, emulators may not.
        private let interleaved = true

        /// Makes a request.
        package init(
            logGroupName: String,
            startTime: Int64? = nil,
            endTime: Int64? = nil,
            nextToken: String? = nil,
            limit: Int? = nil
        ) {
            self.logGroupName = logGroupName
            self.startTime = startTime
            self.endTime = endTime
            self.nextToken = nextToken
            self.limit = limit
        }
    }

    /// A page of events.
    package struct FilterLogEventsOutput: Sendable, Decodable {
        /// One of them.
        package struct Event: Sendable, Decodable {
            /// Its identity within the group.
            package let eventId: String
            /// When it happened, in milliseconds since 1970.
            package let timestamp: Int64
            /// What was written, without the line feed or with it.
            package let message: String
        }

        /// The events by time; a page may have none although further ones follow.
        package let events: [Event]?
        /// Where the next page begins; nil after the last.
        package let nextToken: String?
    }

    /// Reads a page of events.
    ///
    /// - Throws: ``AWSErrorCode/resourceNotFound`` where there is no such group.
    package func filterLogEvents(_ input: FilterLogEventsInput) async throws -> FilterLogEventsOutput {
        try await client.call("FilterLogEvents", of: .cloudWatchLogs, input)
    }
}
