import ArgumentParser
import Clocks
import Foundation
import SyncCore

/// `obsync status`
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show how complete and how recent a mirror is, here or on AWS, without asking the provider.",
        discussion: """
            The exit status is 1 when a person has to do something, or when the last complete run of a vault is older than \
            --max-age, so that a monitor can call this command. It also works beside a run.
            """
    )

    @OptionGroup var mirror: MirrorOptions

    @Option(help: "The credentials file, to tell how long the sign-in is good.", completion: .file())
    var credentials: String?

    @Option(help: "Exit with 1 when the last complete run of a vault is longer ago than this, such as 36h or 2d.")
    var maxAge: String?

    @Flag(help: "Print the answer as JSON.")
    var json = false

    func validate() throws {
        if let maxAge, Duration(text: maxAge) == nil {
            throw ValidationError("--max-age takes a number with s, m, h or d behind it, such as 36h")
        }
    }

    func run() async throws {
        let clock = SystemClock()
        var status = try await read(clock)
        status.judge(now: clock.now, maxAge: maxAge.flatMap { Duration(text: $0) })
        if json {
            StandardStreams.output(String(decoding: try FunctionJSON.encode(status), as: UTF8.self))
        } else {
            let text = StatusText(status: status, now: clock.now, width: StandardStreams.outputWidth)
            for line in text.lines { StandardStreams.output(line) }
            if status.needsPerson {
                StandardStreams.output("")
                for reason in status.reasons { StandardStreams.output("To do: \(reason)") }
            }
        }
        if status.needsPerson { throw ExitCode(1) }
    }

    private func read(_ clock: SystemClock) async throws -> FolderStatus {
        switch try mirror.mirror() {
        case .place(let place):
            let environment = ProcessInfo.processInfo.environment
            let file = CredentialsPlace(option: credentials, environment: environment, place: place).found
            return try await StatusReader(place: place, credentials: file, clock: clock).read()
        case .deployment(let choice):
            return try await AWSDeployment.with(choice, try LogOptions.parse([]).makeLogger()) {
                try await DeploymentStatus(deployment: $0, clock: clock).read()
            }
        }
    }
}
