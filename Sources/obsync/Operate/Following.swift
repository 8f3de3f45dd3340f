import AWSAdapters
import ArgumentParser
import Clocks
import Foundation
import Listing
import StateMachine
import SyncCore

/// Follows an execution on AWS, and those that go on with it, to the end.
struct Following: Sendable {
    let deployment: AWSDeployment
    let output: OutputOptions
    /// How long it waits before it looks again.
    var interval: Duration = .seconds(2)

    /// Shows how the run gets on, and tells how it ended.
    ///
    /// - Parameter name: the execution.
    /// - Throws: `ExitCode` after a run that failed, or when a signal ended the following.
    func follow(_ name: String) async throws {
        let display = FollowDisplay(isQuiet: output.isQuiet)
        let picture = RunPicture()
        let last: ExecutionRecord
        do {
            last = try await Interruption().during { try await untilTheEnd(name, display, picture) }
        } catch let interrupted as Interrupted {
            display.finish()
            StandardStreams.error("The run goes on. To look at it: obsync executions show \(name) --aws")
            throw ExitCode(interrupted.status)
        }
        display.finish()
        if !output.isQuiet { for line in picture.lines(on: .standardError()) { StandardStreams.error(line) } }
        try await DeployedOutcome(deployment: deployment, record: last).show(output)
    }

    private func untilTheEnd(
        _ name: String,
        _ display: FollowDisplay,
        _ picture: RunPicture
    ) async throws -> ExecutionRecord {
        var name = name
        while true {
            let (record, successor) = try await untilTheEndOfOne(name, display, picture)
            guard let successor, record.status == .succeeded else { return record }
            display.say("The history grows long: \(successor) goes on.")
            name = successor
        }
    }

    private func untilTheEndOfOne(
        _ name: String,
        _ display: FollowDisplay,
        _ picture: RunPicture
    ) async throws -> (ExecutionRecord, successor: String?) {
        var history = ServiceHistory()
        var last = 0
        var successor: String?
        var names: [VaultID: String]?
        while true {
            // First how it stands, then its events: none is missing when it has ended.
            let record = try await deployment.executions.named(name)
            for json in try await deployment.executions.events(after: last, of: name) {
                guard let event = history.event(json) else { continue }
                last = max(last, event.id)
                picture.observe(event)
                display.observe(event)
                successor = successor ?? Self.successor(event)
            }
            if record.status != .running { return (record, successor) }
            if names == nil, !display.vaults.isEmpty { names = await vaultNames(of: record) }
            await showProgress(record, display, names ?? [:])
            try await Task.sleep(for: interval)
        }
    }

    /// The execution that goes on with this one, where an event starts it.
    private static func successor(_ event: HistoryEvent) -> String? {
        guard event.type == .taskSucceeded, let arn = event.details.output?["ExecutionArn"]?.string else { return nil }
        return arn.split(separator: ":").last.map(String.init)
    }

    /// What only the records tell while batches are worked off. Nobody has to be able to read them.
    private func showProgress(_ record: ExecutionRecord, _ display: FollowDisplay, _ names: [VaultID: String]) async {
        guard let run = deployment.executions.run(of: record) else { return }
        for vault in display.vaults {
            guard let progress = try? await deployment.records.progress(of: vault), progress.run == run else {
                continue
            }
            display.show(progress, of: names[vault] ?? vault.rawValue)
        }
    }

    private func vaultNames(of record: ExecutionRecord) async -> [VaultID: String]? {
        guard let run = deployment.executions.run(of: record) else { return nil }
        return try? await RunReport.load(run, from: deployment.state, now: SystemClock().now)?.names
    }
}
