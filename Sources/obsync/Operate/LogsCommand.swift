import ArgumentParser
import Clocks
import Foundation
import Logging
import StateMachine
import SyncCore

/// `obsync logs`
struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Show what the three functions on AWS said of one run, in the order in which they said it.",
        discussion: "A run that went on in further executions is shown as one. Times are UTC."
    )

    @Option(help: "The run, by the name of any of its executions; the newest where none is named.")
    var run: String?

    @Option(
        help: "The least level that is shown: trace, debug, info, notice, warning, error, critical.",
        completion: .list(Logger.Level.allCases.map(\.rawValue))
    )
    var level = "info"

    @Flag(help: "Go on with what is said from now on, until the run has ended.")
    var follow = false

    @Flag(help: "Print the lines as they were written, JSON in most cases.")
    var json = false

    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var log: LogOptions

    func validate() throws {
        guard Logger.Level(rawValue: level) != nil else {
            throw ValidationError(
                "--level has to be one of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))"
            )
        }
    }

    func run() async throws {
        try await AWSDeployment.with(deployment.choice, try log.makeLogger()) { found in
            let record = try await record(found.executions)
            do {
                try await Interruption().during { try await show(record, found) }
            } catch let interrupted as Interrupted {
                throw ExitCode(interrupted.status)
            }
        }
    }

    private func record(_ executions: DeployedExecutions) async throws -> ExecutionRecord {
        let newest = try await executions.newest(1).first?.name
        guard let name = run ?? newest else {
            throw SyncError(.invalidInput, "nothing was ever run here; start a run: obsync start --aws")
        }
        return try await executions.named(name)
    }

    private func show(_ record: ExecutionRecord, _ deployment: AWSDeployment) async throws {
        let archive = deployment.executions
        var chain = try await archive.chain(of: record)
        guard let first = chain.first, let run = archive.run(of: record)?.rawValue else { return }
        var lines = RunLines(run: run, executions: Set(chain.map(\.name)))
        let least = Logger.Level(rawValue: level) ?? .info
        // What is written last arrives after the end.
        let ended = chain.allSatisfy { $0.status != .running } ? chain.compactMap(\.stopped).max() : nil
        let end = follow ? nil : ended.map { $0.milliseconds + 120_000 }
        var logs = JoinedLogs(of: deployment, from: first.started.milliseconds - 1000, until: end)
        while true {
            while let line = try await logs.next() {
                guard lines.take(line), line.level >= least else { continue }
                StandardStreams.output(json ? line.text : line.shown)
            }
            guard follow, chain.contains(where: { $0.status == .running }) else { return }
            try await Task.sleep(for: .seconds(2))
            logs.lookAgain()
            // What was said before the end is read once more after it.
            chain = try await archive.chain(of: try await archive.named(record.name))
        }
    }
}

extension StateMachine.Timestamp {
    /// Milliseconds since 1970.
    var milliseconds: Int64 { secondsSinceEpoch * 1000 + nanoseconds / 1_000_000 }
}
