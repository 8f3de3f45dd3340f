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
        /// When it ended, in seconds since 1970.
        package let stopDate: Double?
        /// The name of the error, if it failed.
        package let error: String?
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
            /// When it ended, in seconds since 1970.
            package let stopDate: Double?
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
}
