import AWSAdapters
import AWSClient
import ArgumentParser
import Clocks
import Foundation
import StateMachine
import SyncCore

/// `obsync redrive --aws`
struct RemoteRedrive {
    /// Which deployment.
    let choice: DeploymentChoice
    let output: OutputOptions

    /// Lists what can be redriven.
    ///
    /// - Parameter arn: the ARN of a state machine; nil for that of the deployment.
    /// - Throws: `InvalidInput`, `InvalidConfiguration`, `StoreUnavailable`.
    func list(_ arn: String?) async throws {
        try await withExecutions(arn) { executions in
            let found = try await executions.redrivable()
            let report = ExecutionReport(now: SystemInterpreterClock().now())
            StandardStreams.output(
                found.isEmpty
                    ? "no executions can be redriven" : report.table(of: found, redrivable: Set(found.map(\.name)))
            )
        }
    }

    /// Redrives one execution.
    ///
    /// - Parameters:
    ///   - execution: its name or ARN; nil for the newest that can be.
    ///   - isFollowed: whether its progress is shown until the end.
    /// - Throws: `InvalidInput` where there is none that can be redriven; `ExitCode` after a run that was followed and failed.
    func redrive(_ execution: String?, isFollowed: Bool) async throws {
        if let execution, execution.hasPrefix("arn:"), !isFollowed {
            return try await withExecutions(execution) { try await redrive(execution, $0) }
        }
        try await AWSDeployment.with(choice, try output.makeLogger()) { deployment in
            let name = try await name(execution, deployment.executions)
            try await redrive(name, deployment.executions)
            if isFollowed { try await Following(deployment: deployment, output: output).follow(name) }
        }
    }

    private func name(_ execution: String?, _ executions: DeployedExecutions) async throws -> String {
        if let execution { return execution.split(separator: ":").last.map(String.init) ?? execution }
        guard let newest = try await executions.redrivable().first else {
            throw SyncError(.invalidInput, "no execution can be redriven; obsync executions list --aws shows all")
        }
        return newest.name
    }

    private func redrive(_ name: String, _ executions: DeployedExecutions) async throws {
        let record = try await executions.named(name)
        let count = try await executions.redrive(name, token: UUID().uuidString)
        guard !output.isQuiet else { return }
        let cause = record.cause.flatMap { try? FunctionJSON.decode(FailureCause.self, from: $0.utf8) }
        let why = [record.error, cause?.errorMessage].compactMap { $0?.printable }.joined(separator: ": ")
        let ended = record.status == .aborted ? "was stopped" : "failed"
        StandardStreams.error(
            "Redrives \(record.name.printable) (\(count.counted("time")) so far), which \(ended)"
                + (why.isEmpty ? "" : " with \(why)") + "; it goes on by itself."
        )
    }

    /// The executions of the state machine that an ARN names, or of the deployment.
    private func withExecutions(_ arn: String?, _ body: (DeployedExecutions) async throws -> Void) async throws {
        let logger = try output.makeLogger()
        guard let arn else {
            return try await AWSDeployment.with(choice, logger) { try await body($0.executions) }
        }
        let named = try StateMachineARN(arn)
        let environment = ProcessInfo.processInfo.environment
        try await withTransport(environment) { transport in
            let choices = try choice.choices(region: named.region)
            let client = try AWSClient(environment: environment, choices, executor: transport, logger: logger)
            try await body(
                DeployedExecutions(
                    stepFunctions: StepFunctions(client: client),
                    stateMachine: named.stateMachine,
                    clock: SystemClock()
                )
            )
        }
    }
}

/// The state machine that an ARN names: its own, or that of one of its executions.
struct StateMachineARN: Equatable {
    let region: String
    let stateMachine: String

    /// Reads an ARN.
    ///
    /// - Throws: `InvalidInput` for anything that is no ARN of Step Functions in a region.
    init(_ text: String) throws(SyncError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 7, parts[0] == "arn", parts[2] == "states", Region(name: parts[3]) != nil else {
            throw SyncError(
                .invalidInput,
                "this is no ARN of Step Functions; it looks like arn:aws:states:<region>:<account>:execution:<machine>:<name>"
            )
        }
        region = parts[3]
        stateMachine = (parts[..<5] + ["stateMachine", parts[6]]).joined(separator: ":")
    }
}
