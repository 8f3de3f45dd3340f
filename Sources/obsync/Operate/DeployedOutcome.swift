import AWSAdapters
import ArgumentParser
import Clocks
import Listing
import StateMachine
import SyncCore

/// What became of a run on AWS, told as a run on this machine tells it.
struct DeployedOutcome {
    let deployment: AWSDeployment
    /// The execution that ended it.
    let record: ExecutionRecord

    /// Prints the outcome.
    ///
    /// - Throws: `ExitCode` with the status of a run that failed.
    func show(_ output: OutputOptions) async throws {
        let report = await report()
        guard record.status != .succeeded else {
            return try await show(try await summary(report), output)
        }
        let error = self.error
        var summary = report?.summary(ofFailure: error) ?? Summary(failure: error)
        summary.metadata["run"] = deployment.executions.run(of: record)?.rawValue
        summary.metadata["execution"] = record.name
        await summary.addNames(report, records: deployment.records)
        let failed = FailedRun(error: error, summary: summary, credentials: nil)
        if output.json { try output.showJSON(summary) }
        for line in failed.lines(command: "obsync redrive \(record.name) --aws") { StandardStreams.error(line) }
        throw ExitCode(ExitStatus.of(error.name))
    }

    /// What the execution failed with.
    private var error: SyncError {
        let name =
            record.error
            ?? (record.status == .timedOut ? "States.Timeout" : record.status == .aborted ? "Stopped" : "Unknown")
        let cause = record.cause.flatMap { try? FunctionJSON.decode(FailureCause.self, from: $0.utf8) }
        let usual = record.status == .aborted ? "the run was stopped" : "the run failed"
        return SyncError(.init(rawValue: name), cause?.errorMessage ?? record.cause ?? usual)
    }

    private func report() async -> RunReport? {
        guard let run = deployment.executions.run(of: record) else { return nil }
        // Whoever may not read the working data sees ids instead of names.
        return try? await RunReport.load(run, from: deployment.state, now: SystemClock().now)
    }

    private func summary(_ report: RunReport?) async throws -> Summary {
        guard let text = record.output?.jsonText else {
            throw SyncError(.protocolChanged, "the execution has no output; the functions are of another release")
        }
        var summary = try FunctionJSON.decode(Summary.self, from: text.utf8)
        await summary.addNames(report, records: deployment.records)
        return summary
    }

    private func show(_ summary: Summary, _ output: OutputOptions) async throws {
        if output.json { return try output.showJSON(summary) }
        if output.quiet { return }
        for line in output.lines(of: summary, status: "obsync status --aws") { StandardStreams.output(line) }
        StandardStreams.output(
            "The files are in s3://\(deployment.bucket)/\(deployment.parameters["FilesPrefix"] ?? "")"
        )
        if deployment.parameters["ScheduleState"] == "DISABLED" {
            StandardStreams.output(
                "The schedule is off. To have it run by itself, set ScheduleState to ENABLED in samconfig.toml, and: make deploy"
            )
        }
    }
}
