import AWSAdapters
import AWSClient
import Clocks
import Foundation
import StateMachine
import SyncCore

/// The executions of a deployed state machine.
struct DeployedExecutions: ExecutionArchive {
    private static let mostEvents = 1000

    let stepFunctions: StepFunctions
    /// Its ARN.
    let stateMachine: String
    let clock: any WallClock
    var place: String { "--aws" }

    /// The ARN of an execution.
    ///
    /// - Parameter name: its name, or the ARN itself.
    /// - Returns: the ARN.
    func arn(_ name: String) -> String {
        if name.hasPrefix("arn:") { return name }
        return stateMachine.replacing(":stateMachine:", with: ":execution:", maxReplacements: 1) + ":" + name
    }

    /// Starts an execution.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - input: its input, JSON text.
    /// - Returns: its ARN.
    /// - Throws: `InvalidInput` where the input is not taken; `InvalidConfiguration`, `StoreUnavailable`.
    func start(_ name: String, input: String) async throws -> String {
        try await call {
            try await stepFunctions.startExecution(.init(stateMachineArn: stateMachine, name: name, input: input))
                .executionArn
        }
    }

    /// Stops an execution.
    ///
    /// - Throws: `InvalidInput` where there is none of that name.
    func stop(_ name: String) async throws {
        let input = StepFunctions.StopExecutionInput(
            executionArn: arn(name),
            error: "Stopped",
            cause: "obsync stop was called; what was mirrored stays, and a redrive goes on from there."
        )
        try await call { try await stepFunctions.stopExecution(input) }
    }

    /// Redrives an execution; it goes on by itself.
    ///
    /// - Parameters:
    ///   - name: its name or ARN.
    ///   - token: the same one twice is done once.
    /// - Returns: how often the execution was redriven, this time included.
    /// - Throws: `InvalidInput` with the way out when the execution cannot be redriven.
    func redrive(_ name: String, token: String) async throws -> Int {
        let known = try await describe(name)
        if known.redriveStatus == "NOT_REDRIVABLE" { throw Self.refusal(known.redriveStatusReason) }
        _ = try await call {
            try await stepFunctions.redriveExecution(.init(executionArn: arn(name), clientToken: token))
        }
        return (known.redriveCount ?? 0) + 1
    }

    func newest(_ limit: Int) async throws -> [ExecutionRecord] {
        try await list(nil, limit).map(\.record)
    }

    func named(_ name: String) async throws -> ExecutionRecord {
        try await describe(name).record
    }

    func redrivable() async throws -> [ExecutionRecord] {
        let earliest =
            Double(clock.now.milliseconds) / 1000 - Double(ExecutionRecord.redrivablePeriod.components.seconds)
        var found: [ExecutionRecord] = []
        // What is older than a run that succeeded has been done since.
        for execution in try await list(nil, 50) {
            if execution.status == "SUCCEEDED" { break }
            guard let stopped = execution.stopDate, stopped >= earliest else { continue }
            let known = try await describe(execution.name)
            if known.redriveStatus != "NOT_REDRIVABLE" { found.append(known.record) }
        }
        return found
    }

    func obstacle(to record: ExecutionRecord) async throws -> String? {
        let known = try await describe(record.name)
        guard known.redriveStatus == "NOT_REDRIVABLE" else { return nil }
        return known.redriveStatusReason ?? "Step Functions does not take it"
    }

    func definition(of record: ExecutionRecord) async throws -> StateMachineDefinition {
        let input = StepFunctions.DescribeExecutionInput(executionArn: arn(record.name))
        let text = try await call { try await stepFunctions.describeStateMachineForExecution(input).definition }
        return try StateMachineDefinition(parsing: text)
    }

    func forEachEvent(of record: ExecutionRecord, _ body: (HistoryEvent) throws -> Void) async throws {
        var reader = ServiceHistory()
        try await forEachEventAsJSON(of: record) { event in
            if let event = reader.event(event) { try body(event) }
        }
    }

    func forEachEventAsJSON(of record: ExecutionRecord, _ body: (JSONValue) throws -> Void) async throws {
        var token: String?
        repeat {
            let page = try await events(of: record.name, reversed: false, token)
            for event in page.events { try body(event) }
            token = page.nextToken
        } while token != nil
    }

    /// The events after a certain one, in their order.
    ///
    /// - Parameters:
    ///   - last: the number of that event; 0 for all.
    ///   - name: the execution.
    /// - Returns: the events as the service has them.
    /// - Throws: `InvalidInput` where there is no such execution.
    func events(after last: Int, of name: String) async throws -> [JSONValue] {
        var found: [JSONValue] = []
        var token: String?
        repeat {
            let page = try await events(of: name, reversed: true, token)
            let new = page.events.filter { ($0["id"]?.integer ?? 0) > Int64(last) }
            found += new
            token = new.count < page.events.count ? nil : page.nextToken
        } while token != nil
        return found.sorted { ($0["id"]?.integer ?? 0) < ($1["id"]?.integer ?? 0) }
    }

    private func events(
        of name: String,
        reversed: Bool,
        _ token: String?
    ) async throws -> StepFunctions.GetExecutionHistoryOutput<JSONValue> {
        let input = StepFunctions.GetExecutionHistoryInput(
            executionArn: arn(name),
            maxResults: Self.mostEvents,
            reverseOrder: reversed,
            nextToken: token
        )
        return try await call { try await stepFunctions.getExecutionHistory(input, as: JSONValue.self) }
    }

    private func list(_ status: String?, _ limit: Int) async throws -> [StepFunctions.ListExecutionsOutput.Execution] {
        var found: [StepFunctions.ListExecutionsOutput.Execution] = []
        var token: String?
        repeat {
            let input = StepFunctions.ListExecutionsInput(
                stateMachineArn: stateMachine,
                statusFilter: status,
                maxResults: min(limit, 1000),
                nextToken: token
            )
            let page = try await call { try await stepFunctions.listExecutions(input) }
            found += page.executions
            token = page.nextToken
        } while token != nil && found.count < limit
        // The service gives the newest first; an emulator need not.
        return Array(found.sorted { $0.startDate > $1.startDate }.prefix(limit))
    }

    private func describe(_ name: String) async throws -> StepFunctions.DescribeExecutionOutput {
        let input = StepFunctions.DescribeExecutionInput(executionArn: arn(name))
        return try await call { try await stepFunctions.describeExecution(input) }
    }

    private func call<Output>(_ body: () async throws -> Output) async throws -> Output {
        do {
            return try await body()
        } catch let error as AWSError where error.code == .executionNotRedrivable {
            throw Self.refusal(nil)
        } catch let error as AWSError where error.code == .executionDoesNotExist {
            throw SyncError(
                .invalidInput,
                "Step Functions knows no execution of this name; obsync executions list --aws shows all",
                underlying: error
            )
        } catch let error as AWSError where error.code == .stateMachineDoesNotExist {
            throw SyncError(.invalidInput, "Step Functions knows no state machine of this ARN", underlying: error)
        } catch let error as AWSError where error.code == .executionAlreadyExists {
            throw SyncError(
                .invalidInput,
                "there was an execution of this name already; name another one",
                underlying: error
            )
        } catch let error as AWSError where error.code == .invalidExecutionInput {
            throw SyncError(.invalidInput, "the input is not JSON", underlying: error)
        } catch {
            throw SyncError.mapped(error)
        }
    }

    private static func refusal(_ reason: String?) -> SyncError {
        SyncError(
            .invalidInput,
            "the execution cannot be redriven" + (reason.map { " (\($0))" } ?? "")
                + ": only one that failed, was stopped or timed out within the last 14 days can; start a new one: obsync start"
        )
    }
}

extension StepFunctions.ListExecutionsOutput.Execution {
    fileprivate var record: ExecutionRecord {
        var record = ExecutionRecord(
            name: name,
            definition: "",
            input: .object([:]),
            started: .init(service: startDate)
        )
        record.status = ExecutionStatus(rawValue: status) ?? .running
        record.stopped = stopDate.map { .init(service: $0) }
        record.redriveCount = redriveCount ?? 0
        return record
    }
}

extension StepFunctions.DescribeExecutionOutput {
    fileprivate var record: ExecutionRecord {
        let given = input.flatMap { try? JSONValue(parsing: $0) } ?? .object([:])
        let name = name ?? executionArn.split(separator: ":").last.map(String.init) ?? executionArn
        var record = ExecutionRecord(name: name, definition: "", input: given, started: .init(service: startDate))
        // PENDING_REDRIVE is an execution that will run again at once.
        record.status = ExecutionStatus(rawValue: status) ?? .running
        record.stopped = record.status == .running ? nil : stopDate.map { .init(service: $0) }
        record.output = output.flatMap { try? JSONValue(parsing: $0) }
        (record.error, record.cause) = (error, cause)
        record.redriveCount = redriveCount ?? 0
        record.redriven = redriveDate.map { .init(service: $0) }
        return record
    }
}

extension StateMachine.Timestamp {
    /// A moment as the service has it: seconds since 1970, to the millisecond.
    init(service seconds: Double) {
        let milliseconds = Int64((min(max(seconds, 0), 1e11) * 1000).rounded())
        self.init(secondsSinceEpoch: milliseconds / 1000, nanoseconds: milliseconds % 1000 * 1_000_000)
    }
}
