import AWSAdapters
import AWSClient
import ArgumentParser
import Foundation
import HTTPTransport
import StateMachine
import SyncCore

/// `obsync redrive`
struct RedriveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redrive",
        abstract: "Go on with an execution that failed or was stopped: what succeeded is kept, the rest runs again.",
        discussion: """
            An execution can be redriven for 14 days after its end, with the definition that it was started with. \
            Without a name it is the newest one that can be. With --aws it is one of Step Functions, by its ARN.
            """
    )

    @Argument(help: "The name of the execution; with --aws its ARN, or with --list that of the state machine.")
    var execution: String?

    @Option(help: "The folder of the mirror.")
    var dest: String?

    @Option(help: "The credentials file (0600); or OBSYNC_CREDENTIALS, or what obsync login has made.")
    var credentials: String?

    @Flag(help: "Redrive an execution on AWS.")
    var aws = false

    @Flag(help: "Only list what can be redriven.")
    var list = false

    @OptionGroup var output: OutputOptions

    func run() async throws {
        if aws { return try await runOnAWS() }
        guard let dest else { throw SyncError(.invalidInput, "no folder is named; use --dest FOLDER, or --aws") }
        let folder = LocalFolder(dest)
        let kept = try KeptExecutions(in: folder)
        if list {
            let report = ExecutionReport(now: SystemInterpreterClock().now())
            let redrivable = try await kept.redrivable()
            return StandardStreams.output(report.table(of: redrivable, redrivable: Set(redrivable.map(\.name))))
        }
        if let execution { _ = try await kept.named(execution) }
        let environment = ProcessInfo.processInfo.environment
        let place = CredentialsPlace(option: credentials, environment: environment, folder: folder)
        let run = LocalRun(
            folder: folder,
            credentials: try place.required(),
            environment: environment,
            isQuiet: output.isQuiet,
            logger: try output.makeLogger()
        )
        let summary = try await output.reporting(run.interruption) { try await run.redrive(execution) }
        try output.show(summary, folder: folder)
    }

    private func runOnAWS() async throws {
        guard let arn = execution else {
            throw SyncError(.invalidInput, "no ARN is given: that of an execution, or with --list of a state machine")
        }
        let logger = try output.makeLogger()
        try await withTransport(ProcessInfo.processInfo.environment) { transport in
            let executions = try RemoteExecutions(
                arn: arn,
                executor: transport,
                variables: ProcessInfo.processInfo.environment,
                runCommand: AWSClient.Choices.commandLine.runCommand,
                clock: SystemClock(),
                logger: logger
            )
            guard list else {
                let count = try await executions.redrive(arn, token: UUID().uuidString)
                return StandardStreams.output("redriven (\(count.counted("time")) so far); it goes on by itself")
            }
            let found = try await executions.redrivable(of: arn)
            for found in found {
                let facts = [
                    found.stopped, found.status, found.error ?? "", found.redrives.counted("redrive"), found.arn,
                ]
                StandardStreams.output(facts.filter { !$0.isEmpty }.joined(separator: "  "))
            }
            if found.isEmpty { StandardStreams.output("no executions can be redriven") }
        }
    }
}
