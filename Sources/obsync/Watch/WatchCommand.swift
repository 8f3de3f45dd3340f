import ArgumentParser
import Foundation
import LocalAdapters
import Logging
import SyncCore

/// `obsync watch`
struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Keep a mirror up to date: mirror what changes within seconds, until you stop it.",
        discussion: """
            Obsidian tells of every change; GoPro does not, so its library is only looked at every so often. Each change is a run of \
            its own, and obsync status works beside it. Under systemd use Type=notify.
            """
    )

    @Argument(help: "The ids or the exact names of vaults; all vaults if none is named.")
    var vaults: [String] = []

    @Option(help: "Where the files go: a folder, or s3://bucket/prefix.", completion: .directory)
    var dest: String

    @OptionGroup var placing: PlaceOptions

    @Option(help: "The credentials file (0600); or OBSYNC_CREDENTIALS, or what obsync login has made.")
    var credentials: String?

    @Option(help: "How often everything is looked at besides, such as 15m or 1h.")
    var every = "15m"

    @OptionGroup var destination: DestinationOptions
    @OptionGroup var settings: SettingOptions
    @OptionGroup var options: RunOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let environment = try settings.applied(to: ProcessInfo.processInfo.environment)
        let place = try placing.place(dest)
        let file = try CredentialsPlace(option: credentials, environment: environment, place: place).required()
        guard let pause = Duration(text: every) else {
            throw SyncError(.invalidInput, "the option --every takes a number with s, m, h or d behind it, such as 15m")
        }
        let logger = try output.makeLogger()
        var run = LocalRun(
            place: place,
            credentials: file,
            environment: environment,
            isQuiet: true,
            logger: logger
        )
        try destination.apply(to: &run)
        let ready = run
        let isQuiet = output.isQuiet
        let watch = Watch(
            run: ready,
            changes: PlaceChanges(
                place: place,
                credentials: ready.credentials,
                environment: environment,
                logger: logger
            ),
            vaults: vaults,
            options: options,
            every: pause
        ) { line in
            if !isQuiet { StandardStreams.output(line) }
        }
        try await ready.interruption.during { try await watch() }
    }
}
