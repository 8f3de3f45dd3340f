import AWSAdapters
import AWSClient
import Pipeline
import SyncCore

/// The logs of the three functions as one, in the order in which the lines were written.
struct JoinedLogs {
    private let logs: CloudWatchLogs
    private var groups: [GroupReader]

    /// Prepares to read.
    ///
    /// - Parameters:
    ///   - deployment: whose logs.
    ///   - start: from when on, in milliseconds since 1970.
    ///   - end: up to when; nil for all that there is.
    init(of deployment: AWSDeployment, from start: Int64, until end: Int64?) {
        logs = CloudWatchLogs(client: deployment.client)
        groups = deployment.logGroups.map {
            GroupReader(function: $0.function, group: $0.group, start: start, end: end)
        }
    }

    /// The next line; nil when there are no more for now.
    ///
    /// - Throws: `StoreUnavailable`, `Throttled`, `InvalidConfiguration`.
    mutating func next() async throws -> LogLine? {
        // At most one page of each group is in memory.
        for index in groups.indices { try await groups[index].fill(logs) }
        let first = groups.indices.min { (groups[$0].first?.time ?? .max) < (groups[$1].first?.time ?? .max) }
        guard let first, groups[first].first != nil else { return nil }
        return groups[first].removeFirst()
    }

    /// Begins again where the lines ended, to look for what was written since.
    mutating func lookAgain() {
        for index in groups.indices { groups[index].lookAgain() }
    }
}

/// The lines of one group.
private struct GroupReader {
    /// How long before the last line one looks again: lines arrive out of order.
    private static let overlap: Int64 = 10_000

    let function: PipelineFunction
    let group: String
    var start: Int64
    let end: Int64?
    private var lines: ArraySlice<LogLine> = []
    private var token: String?
    private var isAtEnd = false
    /// The events within the overlap that were seen, with their times.
    private var seen: [String: Int64] = [:]

    init(function: PipelineFunction, group: String, start: Int64, end: Int64?) {
        self.function = function
        self.group = group
        self.start = start
        self.end = end
    }

    var first: LogLine? { lines.first }

    mutating func removeFirst() -> LogLine { lines.removeFirst() }

    /// Reads pages until there is a line, or no more of them.
    mutating func fill(_ logs: CloudWatchLogs) async throws {
        while lines.isEmpty, !isAtEnd {
            let page = try await page(logs)
            token = page.nextToken
            isAtEnd = token == nil
            let events = (page.events ?? []).filter { seen.updateValue($0.timestamp, forKey: $0.eventId) == nil }
            let newest = events.map(\.timestamp).max() ?? start
            seen = seen.filter { $0.value >= newest - 2 * Self.overlap }
            lines =
                events.sorted { $0.timestamp < $1.timestamp }
                .compactMap { LogLine($0.message, of: function, at: $0.timestamp) }[...]
            start = max(start, token == nil ? newest : start)
        }
    }

    private func page(_ logs: CloudWatchLogs) async throws -> CloudWatchLogs.FilterLogEventsOutput {
        let input = CloudWatchLogs.FilterLogEventsInput(
            logGroupName: group,
            startTime: start,
            endTime: end,
            nextToken: token
        )
        do {
            return try await logs.filterLogEvents(input)
        } catch let error as AWSError where error.code == .resourceNotFound {
            throw SyncError(
                .invalidInput,
                "there is no log group \(group); the deployment is older than this command, or its logs were deleted",
                underlying: error
            )
        } catch {
            throw SyncError.mapped(error)
        }
    }

    mutating func lookAgain() {
        guard isAtEnd else { return }
        isAtEnd = false
        start -= Self.overlap
    }
}
