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

    @OptionGroup var mirror: MirrorOptions

    @Option(help: "The credentials file (0600); or OBSYNC_CREDENTIALS, or what obsync login has made.")
    var credentials: String?

    @Flag(help: "Only list what can be redriven.")
    var list = false

    @Flag(help: "With --aws, show how the run gets on until its end.")
    var follow = false

    @OptionGroup var output: OutputOptions

    func run() async throws {
        switch try mirror.mirror() {
        case .place(let place): try await redrive(in: place)
        case .deployment(let choice):
            let remote = RemoteRedrive(choice: choice, output: output)
            try await list ? remote.list(execution) : remote.redrive(execution, isFollowed: follow)
        }
    }

    private func redrive(in place: any MirrorPlace) async throws {
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
