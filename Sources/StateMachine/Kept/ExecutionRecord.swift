/// Whether an execution runs, or how it ended, under the service's names.
package enum ExecutionStatus: String, Sendable, CaseIterable {
    case running = "RUNNING"
    case succeeded = "SUCCEEDED"
    case failed = "FAILED"
    case timedOut = "TIMED_OUT"
    case aborted = "ABORTED"
}

/// An execution that is kept, without its history.
package struct ExecutionRecord: Hashable, Sendable {
    /// Its name, unique among all that are kept.
    package let name: String
    /// The definition that it was started with, placeholders filled in: a redrive goes by it, whatever has changed since.
    /// Empty once it is condensed.
    package private(set) var definition: String
    /// Its input.
    package let input: JSONValue
    /// When it was started.
    package let started: Timestamp
    /// Whether it runs, or how it ended.
    package var status = ExecutionStatus.running
    /// When it ended.
    package var stopped: Timestamp?
    /// What it yielded, if it succeeded.
    package var output: JSONValue?
    /// The name of the error, if it failed under one.
    package var error: String?
    /// More about the error.
    package var cause: String?
    /// How often it was redriven.
    package var redriveCount = 0
    /// When it was redriven last.
    package var redriven: Timestamp?
    /// The number of its last event.
    package var lastEventID = 0
    /// The process that runs it, or ran it last.
    package var process: Int32?

    /// Describes an execution that is about to start.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - definition: The definition that it is started with.
    ///   - input: Its input.
    ///   - started: When it is started.
    package init(name: String, definition: String, input: JSONValue, started: Timestamp) {
        self.name = name
        self.definition = definition
        self.input = input
        self.started = started
    }

    /// Whether only its beginning and its end are kept.
    package var isCondensed: Bool { definition.isEmpty }

    /// Forgets what only a redrive needs.
    mutating func condense() { definition = "" }

    /// Takes the next event of its history.
    package mutating func apply(_ event: HistoryEvent) {
        lastEventID = event.id
        if event.type == .executionRedriven {
            (status, stopped, output, error, cause) = (.running, nil, nil, nil, nil)
            redriveCount = event.details.redriveCount ?? redriveCount + 1
            redriven = event.timestamp
        } else if let end = event.type.endStatus {
            (status, stopped) = (end, event.timestamp)
            (output, error, cause) = (event.details.output, event.details.error, event.details.cause)
        }
    }

    /// Why the execution cannot be redriven, if it cannot, in a sentence that says what to do instead.
    ///
    /// - Parameter now: The time.
    /// - Returns: `nil` for an execution that can be redriven.
    package func obstacleToRedrive(now: Timestamp) -> String? {
        guard let stopped else { return "the execution is still running; wait until it has ended" }
        if status == .succeeded { return "the execution succeeded; there is nothing to redrive" }
        if now.duration(since: stopped) > Self.redrivablePeriod {
            return "the execution ended more than 14 days ago; start a new one"
        }
        if lastEventID >= Self.mostEvents {
            return "the execution's history is full (\(lastEventID) events); start a new one"
        }
        return nil
    }

    /// For how long after its end an execution can be redriven, as Step Functions has it.
    package static let redrivablePeriod: Duration = .seconds(14 * 24 * 3600)
    /// How many events are too many for a redrive, as Step Functions has it.
    package static let mostEvents = 24_999
}

extension HistoryEventType {
    /// The status of an execution whose last event this is.
    fileprivate var endStatus: ExecutionStatus? {
        switch self {
        case .executionSucceeded: .succeeded
        case .executionFailed: .failed
        case .executionTimedOut: .timedOut
        case .executionAborted: .aborted
        default: nil
        }
    }
}
