import AWSSigning
import HTTPTransport
import NIOHTTP1

/// Amazon EventBridge Scheduler, as far as it is used here. It speaks REST with JSON.
package struct Scheduler: Sendable {
    private static let responseLimit = 1 << 20

    private let client: AWSClient

    /// Makes the service over a client. Schedules are those of the client's region.
    package init(client: AWSClient) {
        self.client = client
    }

    /// A schedule.
    ///
    ///     {"Name": "…", "ScheduleExpression": "rate(1 day)", "State": "ENABLED", "Target": {"Arn": "…"}, …}
    package struct Schedule: Decodable, Sendable {
        /// What the schedule starts.
        package struct Target: Decodable, Sendable {
            /// Its ARN.
            package let arn: String

            private enum CodingKeys: String, CodingKey {
                case arn = "Arn"
            }
        }

        /// Such as `rate(1 day)` or `cron(15 3 * * ? *)`.
        package let scheduleExpression: String
        /// `ENABLED` or `DISABLED`.
        package let state: String
        /// What it starts.
        package let target: Target

        private enum CodingKeys: String, CodingKey {
            case scheduleExpression = "ScheduleExpression"
            case state = "State"
            case target = "Target"
        }
    }

    /// Tells of a schedule.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - group: the group that it is in.
    /// - Returns: the schedule.
    /// - Throws: ``AWSErrorCode/resourceNotFound`` where there is none.
    package func schedule(_ name: String, in group: String) async throws -> Schedule {
        let endpoint = try client.endpoints.endpoint(of: .scheduler, region: client.region)
        var request = AWSRequest(service: .scheduler, operation: "GetSchedule", endpoint: endpoint, method: .GET)
        request.path = "/schedules/" + PercentEncoding.query(name)
        request.query = [QueryItem("groupName", group)]
        request.responseBody = .collected(limit: Self.responseLimit)
        let body = try await client.execute(request).body.collect(upTo: Self.responseLimit)
        return try JSONCodec.decode(Schedule.self, from: body, for: request)
    }
}
