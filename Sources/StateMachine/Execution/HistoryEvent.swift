/// One thing that happened in an execution, as the service's execution history tells it.
package struct HistoryEvent: Hashable, Sendable {
    /// What an event carries, depending on its type.
    package struct Details: Hashable, Sendable {
        /// The name of the state.
        package var name: String?
        /// The position of the item of a Map's iteration.
        package var index: Int?
        /// The number of items of a Map.
        package var length: Int?
        /// The ARN of what a task calls.
        package var resource: String?
        /// What the execution, the state or the task was given.
        package var input: JSONValue?
        /// What the execution, the state or the task yielded.
        package var output: JSONValue?
        /// The name of an error.
        package var error: String?
        /// More about the error.
        package var cause: String?
        /// After how many seconds a task is timed out.
        package var timeoutSeconds: Int64?
        /// The variables that the state set.
        package var assigned: JSONValue?
        /// How often the execution was redriven, this time included.
        package var redriveCount: Int?

        /// Nothing.
        package init() {}
    }

    /// The number of the event in its execution, from 1.
    package let id: Int
    /// The number of the event that led to this one; 0 at the beginning.
    package let previousEventID: Int
    /// What happened.
    package let type: HistoryEventType
    /// When it happened.
    package let timestamp: Timestamp
    /// Which line of execution it belongs to: empty for the machine's own, else the positions of the iterations and
    /// branches from the outermost in. The service's history lacks it; a redrive goes by it.
    package let line: [Int]
    /// What it carries.
    package let details: Details

    /// Describes something that happened.
    ///
    /// - Parameters:
    ///   - id: The number of the event in its execution, from 1.
    ///   - previousEventID: The number of the event that led to this one.
    ///   - type: What happened.
    ///   - timestamp: When it happened.
    ///   - line: Which line of execution it belongs to.
    ///   - details: What it carries.
    package init(
        id: Int,
        previousEventID: Int,
        type: HistoryEventType,
        timestamp: Timestamp,
        line: [Int] = [],
        details: Details = Details()
    ) {
        self.id = id
        self.previousEventID = previousEventID
        self.type = type
        self.timestamp = timestamp
        self.line = line
        self.details = details
    }
}

/// The type of a history event, under the name that the service gives it.
package struct HistoryEventType: Hashable, Sendable, CustomStringConvertible {
    /// The service's name of the type, such as `TaskStateEntered`.
    package let rawValue: String

    /// Names a type.
    package init(_ rawValue: String) { self.rawValue = rawValue }

    package var description: String { rawValue }

    /// The first event of an execution, with its input.
    package static let executionStarted = HistoryEventType("ExecutionStarted")
    /// The last event of an execution that succeeded, with its output.
    package static let executionSucceeded = HistoryEventType("ExecutionSucceeded")
    /// The last event of an execution that failed, with error and cause.
    package static let executionFailed = HistoryEventType("ExecutionFailed")
    /// The last event of an execution that took longer than the machine allows.
    package static let executionTimedOut = HistoryEventType("ExecutionTimedOut")
    /// An execution that had ended goes on where it failed, with the number of times that it did so.
    package static let executionRedriven = HistoryEventType("ExecutionRedriven")
    /// The last event of an execution that was stopped.
    package static let executionAborted = HistoryEventType("ExecutionAborted")

    /// An integration is to be called.
    package static let taskScheduled = HistoryEventType("TaskScheduled")
    /// An integration is called.
    package static let taskStarted = HistoryEventType("TaskStarted")
    /// An integration answered.
    package static let taskSucceeded = HistoryEventType("TaskSucceeded")
    /// An integration failed.
    package static let taskFailed = HistoryEventType("TaskFailed")
    /// An integration took too long.
    package static let taskTimedOut = HistoryEventType("TaskTimedOut")
    /// A function named by a task's resource is to be called.
    package static let lambdaFunctionScheduled = HistoryEventType("LambdaFunctionScheduled")
    /// A function named by a task's resource is called.
    package static let lambdaFunctionStarted = HistoryEventType("LambdaFunctionStarted")
    /// A function named by a task's resource answered.
    package static let lambdaFunctionSucceeded = HistoryEventType("LambdaFunctionSucceeded")
    /// A function named by a task's resource failed.
    package static let lambdaFunctionFailed = HistoryEventType("LambdaFunctionFailed")
    /// A function named by a task's resource took too long.
    package static let lambdaFunctionTimedOut = HistoryEventType("LambdaFunctionTimedOut")

    /// A Map begins its items, with their number.
    package static let mapStateStarted = HistoryEventType("MapStateStarted")
    /// A Map is through with its items.
    package static let mapStateSucceeded = HistoryEventType("MapStateSucceeded")
    /// A Map failed.
    package static let mapStateFailed = HistoryEventType("MapStateFailed")
    /// A Map begins one item.
    package static let mapIterationStarted = HistoryEventType("MapIterationStarted")
    /// One item of a Map is done.
    package static let mapIterationSucceeded = HistoryEventType("MapIterationSucceeded")
    /// One item of a Map failed.
    package static let mapIterationFailed = HistoryEventType("MapIterationFailed")
    /// One item of a Map was stopped, because another one failed or the execution was stopped.
    package static let mapIterationAborted = HistoryEventType("MapIterationAborted")

    /// A Parallel state begins its branches.
    package static let parallelStateStarted = HistoryEventType("ParallelStateStarted")
    /// All branches of a Parallel state succeeded.
    package static let parallelStateSucceeded = HistoryEventType("ParallelStateSucceeded")
    /// A branch of a Parallel state failed.
    package static let parallelStateFailed = HistoryEventType("ParallelStateFailed")

    /// A state of that kind was entered, with its input.
    static func entered(_ kind: State.Kind) -> HistoryEventType { HistoryEventType("\(kind.rawValue)StateEntered") }

    /// A state of that kind was left, with its output.
    static func exited(_ kind: State.Kind) -> HistoryEventType { HistoryEventType("\(kind.rawValue)StateExited") }
}

extension State {
    /// The type of a state, as definitions and event types spell it.
    enum Kind: String, Sendable {
        case pass = "Pass"
        case task = "Task"
        case choice = "Choice"
        case wait = "Wait"
        case succeed = "Succeed"
        case fail = "Fail"
        case parallel = "Parallel"
        case map = "Map"
    }

    var kind: Kind {
        switch behaviour {
        case .pass: .pass
        case .task: .task
        case .choice: .choice
        case .wait: .wait
        case .succeed: .succeed
        case .fail: .fail
        case .parallel: .parallel
        case .map: .map
        }
    }
}
