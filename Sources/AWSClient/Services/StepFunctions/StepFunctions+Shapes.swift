extension StepFunctions {
    /// Starts an execution.
    package struct StartExecutionInput: Sendable, Encodable {
        /// The ARN of the state machine.
        package var stateMachineArn: String
        /// The name of the execution; a generated one where it is not given.
        package var name: String?
        /// The input, JSON text.
        package var input: String?

        /// Makes a request.
        package init(stateMachineArn: String, name: String? = nil, input: String? = nil) {
            self.stateMachineArn = stateMachineArn
            self.name = name
            self.input = input
        }
    }

    /// The execution that was started.
    package struct StartExecutionOutput: Sendable, Decodable {
        /// Its ARN.
        package let executionArn: String
    }

    /// Asks for one execution.
    package struct DescribeExecutionInput: Sendable, Encodable {
        /// The ARN of the execution.
        package var executionArn: String

        /// Makes a request.
        package init(executionArn: String) {
            self.executionArn = executionArn
        }
    }

    /// How an execution stands.
    package struct DescribeExecutionOutput: Sendable, Decodable {
        /// Its ARN.
        package let executionArn: String
        /// The ARN of its state machine.
        package let stateMachineArn: String
        /// Its name.
        package let name: String?
        /// `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT`, `ABORTED` or `PENDING_REDRIVE`.
        package let status: String
        /// When it was started, in seconds since 1970.
        package let startDate: Double
        /// When it ended, in seconds since 1970.
        package let stopDate: Double?
        /// Its input, JSON text.
        package let input: String?
        /// Its output, JSON text, if it succeeded.
        package let output: String?
        /// The name of the error, if it failed.
        package let error: String?
        /// More about the error.
        package let cause: String?
        /// When it was redriven last, in seconds since 1970.
        package let redriveDate: Double?
        /// How often it was redriven.
        package let redriveCount: Int?
        /// `REDRIVABLE` or `NOT_REDRIVABLE`.
        package let redriveStatus: String?
        /// Why it cannot be redriven, if it cannot.
        package let redriveStatusReason: String?
    }

    /// Asks for the executions of a state machine.
    package struct ListExecutionsInput: Sendable, Encodable {
        /// The ARN of the state machine.
        package var stateMachineArn: String
        /// Only executions of this status.
        package var statusFilter: String?
        /// How many at most, up to 1000.
        package var maxResults: Int?
        /// Where the page before ended.
        package var nextToken: String?

        /// Makes a request.
        package init(
            stateMachineArn: String,
            statusFilter: String? = nil,
            maxResults: Int? = nil,
            nextToken: String? = nil
        ) {
            self.stateMachineArn = stateMachineArn
            self.statusFilter = statusFilter
            self.maxResults = maxResults
            self.nextToken = nextToken
        }
    }

    /// A page of executions.
    package struct ListExecutionsOutput: Sendable, Decodable {
        /// One of them.
        package struct Execution: Sendable, Decodable {
            /// Its ARN.
            package let executionArn: String
            /// Its name.
            package let name: String
            /// `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT`, `ABORTED` or `PENDING_REDRIVE`.
            package let status: String
            /// When it was started, in seconds since 1970.
            package let startDate: Double
            /// When it ended, in seconds since 1970.
            package let stopDate: Double?
            /// How often it was redriven.
            package let redriveCount: Int?
        }

        /// The executions, the newest first.
        package let executions: [Execution]
        /// Where the next page begins; nil after the last.
        package let nextToken: String?
    }

    /// Goes on with an execution.
    package struct RedriveExecutionInput: Sendable, Encodable {
        /// The ARN of the execution.
        package var executionArn: String
        /// The same one twice is done once.
        package var clientToken: String?

        /// Makes a request.
        package init(executionArn: String, clientToken: String? = nil) {
            self.executionArn = executionArn
            self.clientToken = clientToken
        }
    }

    /// When the execution went on.
    package struct RedriveExecutionOutput: Sendable, Decodable {
        /// In seconds since 1970.
        package let redriveDate: Double
    }

    /// Ends an execution.
    package struct StopExecutionInput: Sendable, Encodable {
        /// The ARN of the execution.
        package var executionArn: String
        /// The name of an error that its history tells.
        package var error: String?
        /// More about it.
        package var cause: String?

        /// Makes a request.
        package init(executionArn: String, error: String? = nil, cause: String? = nil) {
            self.executionArn = executionArn
            self.error = error
            self.cause = cause
        }
    }

    /// When the execution was ended.
    struct StopExecutionOutput: Sendable, Decodable {
        /// In seconds since 1970.
        let stopDate: Double?
    }

    /// Asks for events of an execution.
    package struct GetExecutionHistoryInput: Sendable, Encodable {
        /// The ARN of the execution.
        package var executionArn: String
        /// How many at most, up to 1000.
        package var maxResults: Int?
        /// Whether the newest come first.
        package var reverseOrder: Bool?
        /// Where the page before ended.
        package var nextToken: String?

        /// Makes a request.
        package init(
            executionArn: String,
            maxResults: Int? = nil,
            reverseOrder: Bool? = nil,
            nextToken: String? = nil
        ) {
            self.executionArn = executionArn
            self.maxResults = maxResults
            self.reverseOrder = reverseOrder
            self.nextToken = nextToken
        }
    }

    /// A page of events.
    package struct GetExecutionHistoryOutput<Event: Decodable & Sendable>: Sendable, Decodable {
        /// The events.
        package let events: [Event]
        /// Where the next page begins; nil after the last.
        package let nextToken: String?
    }

    /// The state machine of an execution.
    package struct DescribeStateMachineForExecutionOutput: Sendable, Decodable {
        /// The definition, JSON text.
        package let definition: String
    }
}
