import ArgumentParser
import Clocks
import Foundation
import StateMachine
import SyncCore

/// `obsync redrive`
struct RedriveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redrive",
        abstract: "Go on with an execution that failed or was stopped: what succeeded is kept, the rest runs again.",
        discussion: """
            An execution can be redriven for 14 days after its end, with the definition that it was started with. \
            Without a name it is the newest one that can be. With --aws it is one of Step Functions, by its name or ARN.
            """
    )

    @Argument(help: "The name of the execution; with --aws also its ARN, or with --list that of a state machine.")
    var execution: String?

    @Option(help: "The mirror: a folder, or s3://bucket/prefix.", completion: .directory)
    var dest: String?

    @OptionGroup var placing: PlaceOptions

    @Option(help: "The credentials file (0600); or OBSYNC_CREDENTIALS, or what obsync login has made.")
    var credentials: String?

    @OptionGroup var deployment: DeploymentOptions

    @Flag(help: "Only list what can be redriven.")
    var list = false

    @Flag(help: "With --aws, show how the run gets on until its end.")
    var follow = false

    @OptionGroup var output: OutputOptions

    func run() async throws {
        if deployment.isGiven {
            let remote = RemoteRedrive(options: deployment, output: output)
            return list ? try await remote.list(execution) : try await remote.redrive(execution, isFollowed: follow)
        }
        guard let dest else {
            throw SyncError(.invalidInput, "no place is named; use --dest, or --aws for the deployment on AWS")
        }
        let place = try placing.place(dest)
        let kept = try KeptExecutions(in: place)
        if list {
            let report = ExecutionReport(now: SystemInterpreterClock().now())
            let redrivable = try await kept.redrivable()
            return StandardStreams.output(report.table(of: redrivable, redrivable: Set(redrivable.map(\.name))))
        }
        if let execution { _ = try await kept.named(execution) }
        let environment = ProcessInfo.processInfo.environment
        let file = try CredentialsPlace(option: credentials, environment: environment, place: place).required()
        let run = LocalRun(
            place: place,
            credentials: file,
            environment: environment,
            isQuiet: output.isQuiet,
            logger: try output.makeLogger()
        )
        let summary = try await output.reporting(run.interruption) { try await run.redrive(execution) }
        try output.show(summary, in: place.name)
    }
}
