import AWSAdapters
import Clocks
import Listing
import StateMachine
import SyncCore

/// Puts together what is known of a deployment's mirrors, from its table, its working data and its executions.
struct DeploymentStatus {
    let deployment: AWSDeployment
    let clock: any WallClock

    /// Reads everything.
    ///
    /// - Throws: `StoreUnavailable`, `Throttled`, `InvalidConfiguration` for what the keys may not read.
    func read() async throws -> FolderStatus {
        let executions = deployment.executions
        let newest = try await executions.newest(20)
        let running = try await described(newest.first { $0.status == .running })
        let ended = try await described(newest.first { $0.status != .running })
        let place = "s3://\(deployment.bucket)/\(deployment.parameters["FilesPrefix"] ?? "")"
        var status = FolderStatus(destination: place, stack: deployment.stack)
        let vaults = try await deployment.records.vaults()
        let names = try await report(on: running)?.names ?? [:]
        status.vaults = try await VaultStatuses(records: deployment.records, now: clock.now, names: names)
            .read(vaults, LastRun(ended.flatMap(summary(of:)), try await report(on: ended)))
        status.lastRun = ended.map(run)
        status.current = try await current(running, vaults)
        return status
    }

    /// With input, output and error, which the list lacks.
    private func described(_ record: ExecutionRecord?) async throws -> ExecutionRecord? {
        guard let record else { return nil }
        return try await deployment.executions.named(record.name)
    }

    private func summary(of record: ExecutionRecord) -> Summary? {
        record.output.flatMap { try? FunctionJSON.decode(Summary.self, from: $0.jsonText.utf8) }
    }

    private func report(on record: ExecutionRecord?) async throws -> RunReport? {
        guard let record, let run = deployment.executions.run(of: record) else { return nil }
        return try await RunReport.load(run, from: deployment.state, now: clock.now)
    }

    private func run(_ record: ExecutionRecord) -> FolderStatus.Run {
        let cause = record.cause.flatMap { try? FunctionJSON.decode(FailureCause.self, from: $0.utf8) }
        let summary = summary(of: record)
        let redrive = "obsync redrive \(record.name) --aws"
        let advice = record.error.flatMap {
            Advice(credentials: nil, command: redrive).text(for: .init(rawValue: $0))
        }
        return FolderStatus.Run(
            execution: record.name,
            status: record.status.rawValue,
            started: record.started.toTheSecond,
            stopped: record.stopped?.toTheSecond,
            error: record.error,
            message: cause?.errorMessage,
            advice: record.status == .aborted ? "To go on with it: \(redrive)" : advice,
            withheld: summary.map { $0.vaults.reduce(0) { $0 + $1.withheld } }
        )
    }

    private func current(_ record: ExecutionRecord?, _ vaults: [VaultID]) async throws -> FolderStatus.Current? {
        guard let record, let run = deployment.executions.run(of: record) else { return nil }
        var current = FolderStatus.Current(execution: record.name, since: record.started.toTheSecond)
        try await current.note(run, over: vaults, in: deployment.records)
        return current
    }
}
