package import AWSClient
import FoundationEssentials
package import HTTPTransport
package import Logging
package import SyncCore

/// The executions of a deployment on AWS, as far as redriving them goes.
package struct RemoteExecutions: Sendable {
    /// An execution that ended and did not succeed.
    package struct Execution: Hashable, Sendable {
        /// Its ARN.
        package let arn: String
        /// `FAILED`, `TIMED_OUT` or `ABORTED`.
        package let status: String
        /// The name of the error, if it failed under one.
        package let error: String?
        /// When it ended, ISO 8601.
        package let stopped: String
        /// How often it was redriven.
        package let redrives: Int
    }

    private static let period: Duration = .seconds(14 * 24 * 3600)
    private static let mostListed = 50

    private let stepFunctions: StepFunctions
    private let clock: any WallClock

    /// Makes a view of the executions of the region that an ARN names.
    ///
    /// - Parameters:
    ///   - arn: the ARN of a state machine or an execution.
    ///   - executor: sends requests.
    ///   - variables: the process's environment: credentials, replaced addresses.
    ///   - runCommand: runs programs that give credentials, where that is possible.
    ///   - clock: wall time.
    ///   - logger: for what concerns no request in particular.
    /// - Throws: `InvalidInput` when the ARN is none of Step Functions, `InvalidConfiguration` naming the variable.
    package init(
        arn: String,
        executor: any HTTPExecutor,
        variables: [String: String],
        runCommand: CommandRunner? = nil,
        clock: any WallClock,
        logger: Logger
    ) throws {
        let parts = arn.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count >= 7, parts[0] == "arn", parts[2] == "states", let region = Region(name: String(parts[3]))
        else {
            throw SyncError(
                .invalidInput,
                "this is no ARN of Step Functions; it looks like arn:aws:states:<region>:<account>:execution:<machine>:<name>"
            )
        }
        var choices = AWSClient.Choices(region: region)
        choices.runCommand = runCommand
        stepFunctions = StepFunctions(
            client: try AWSClient(
                environment: variables,
                choices,
                executor: executor,
                logger: logger
            )
        )
        self.clock = clock
    }

    /// The newest executions of a state machine that can be redriven.
    ///
    /// - Parameter stateMachine: the ARN of the state machine.
    /// - Returns: at most 50 executions, the newest first.
    /// - Throws: `SyncError`.
    package func redrivable(of stateMachine: String) async throws -> [Execution] {
        let earliest = clock.now.advanced(by: .zero - Self.period).seconds
        var ended: [StepFunctions.ListExecutionsOutput.Execution] = []
        for status in ["FAILED", "TIMED_OUT", "ABORTED"] {
            let input = StepFunctions.ListExecutionsInput(
                stateMachineArn: stateMachine,
                statusFilter: status,
                maxResults: Self.mostListed
            )
            let page = try await call { try await stepFunctions.listExecutions(input) }
            ended += page.executions.filter { ($0.stopDate ?? 0) >= earliest }
        }
        var found: [Execution] = []
        for execution in ended.sorted(by: { ($0.stopDate ?? 0) > ($1.stopDate ?? 0) }).prefix(Self.mostListed) {
            let known = try await describe(execution.executionArn)
            guard known.redriveStatus == "REDRIVABLE" else { continue }
            found.append(
                Execution(
                    arn: known.executionArn,
                    status: known.status,
                    error: known.error,
                    stopped: Timestamp(milliseconds: Int64((known.stopDate ?? 0) * 1000)).iso8601,
                    redrives: known.redriveCount ?? 0
                )
            )
        }
        return found
    }

    /// Redrives an execution; it goes on by itself.
    ///
    /// - Parameters:
    ///   - execution: the ARN of the execution.
    ///   - token: the same one twice is done once.
    /// - Returns: how often the execution was redriven, this time included.
    /// - Throws: `InvalidInput` with the way out when the execution cannot be redriven.
    package func redrive(_ execution: String, token: String) async throws -> Int {
        let known = try await describe(execution)
        if known.redriveStatus == "NOT_REDRIVABLE" {
            throw refusal(known.redriveStatusReason, known.stateMachineArn)
        }
        _ = try await call {
            try await stepFunctions.redriveExecution(.init(executionArn: execution, clientToken: token))
        }
        return (known.redriveCount ?? 0) + 1
    }

    private func describe(_ arn: String) async throws -> StepFunctions.DescribeExecutionOutput {
        try await call { try await stepFunctions.describeExecution(.init(executionArn: arn)) }
    }

    private func call<Output>(_ body: () async throws -> Output) async throws -> Output {
        do {
            return try await body()
        } catch let error as AWSError where error.code == .executionNotRedrivable {
            throw refusal(nil, nil)
        } catch let error as AWSError where error.code == .executionDoesNotExist {
            throw SyncError(.invalidInput, "Step Functions knows no execution of this ARN", underlying: error)
        } catch let error as AWSError where error.code == .stateMachineDoesNotExist {
            throw SyncError(.invalidInput, "Step Functions knows no state machine of this ARN", underlying: error)
        } catch {
            throw SyncError.mapped(error)
        }
    }

    private func refusal(_ reason: String?, _ stateMachine: String?) -> SyncError {
        SyncError(
            .invalidInput,
            "the execution cannot be redriven" + (reason.map { " (\($0))" } ?? "")
                + ": only one that failed, was stopped or timed out within the last 14 days can; start a new one: "
                + "aws stepfunctions start-execution --state-machine-arn \(stateMachine ?? "ARN")"
        )
    }
}

extension Timestamp {
    fileprivate var seconds: Double { Double(milliseconds) / 1000 }
}
