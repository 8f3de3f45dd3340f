import ArgumentParser
import Foundation
import SyncCore

/// `obsync schedule`
struct ScheduleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule",
        abstract: "Run a mirror on a schedule: a systemd timer of this user, or cron.",
        subcommands: [ScheduleInstallCommand.self, ScheduleStatusCommand.self, ScheduleRemoveCommand.self]
    )
}

/// `obsync schedule install`
struct ScheduleInstallCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install",
        abstract: "Put a schedule in place, or change it.",
        discussion: """
            A few minutes of chance are added to each time. A timer catches up with what it missed while the machine \
            slept. The units hold these settings and no secret: sign in first with obsync login.
            """
    )

    @Option(help: "Where the files go: a folder, or s3://bucket/prefix.", completion: .directory)
    var dest: String

    @OptionGroup var placing: PlaceOptions

    @Option(help: "Once a day at this time, such as 03:15.")
    var daily: String?

    @Option(help: "Again and again after this time, such as 6h.")
    var every: String?

    @Option(help: "The credentials file, where it is not the usual one.", completion: .file())
    var credentials: String?

    @Option(help: "Call this address at the start and at the end of each run, as healthchecks.io expects it.")
    var ping: String?

    @Flag(help: "Read a thirtieth of the mirror every day, too, so that a month sees every file.")
    var verify = false

    @Flag(help: "Only print the unit files.")
    var dryRun = false

    func run() throws {
        let place = try placing.place(dest)
        var arguments = ["sync"] + place.arguments + ["--quiet"]
        if let credentials {
            arguments += ["--credentials", URL(filePath: credentials).standardizedFileURL.path(percentEncoded: false)]
        }
        if let ping { arguments += ["--ping", try DeadMansSwitch.checked(ping)] }
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "obsync"
        let plan = try SchedulePlan(daily: daily, every: every)
        let mirror = ScheduleUnits(program: program, arguments: arguments, place: place.name, plan: plan)
        for units in [mirror] + (verify ? [mirror.verifying(place.arguments)] : []) {
            if dryRun {
                StandardStreams.output(
                    "# \(units.name).service\n\(units.service)\n# \(units.name).timer\n\(units.timer)"
                )
                continue
            }
            for line in try ScheduleInstaller.live(ProcessInfo.processInfo.environment).install(units) {
                StandardStreams.output(line)
            }
        }
        let environment = ProcessInfo.processInfo.environment
        if place is BucketPlace, environment["AWS_ACCESS_KEY_ID"] != nil || environment["AWS_PROFILE"] != nil {
            StandardStreams.output(
                "it knows no AWS_ variables of this shell: keep the keys in ~/.aws, and name a profile with --profile"
            )
        }
    }
}

/// `obsync schedule status`
struct ScheduleStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show the schedule of a mirror, and when it runs next."
    )

    @Option(help: "Where the files go: a folder, or s3://bucket/prefix.", completion: .directory)
    var dest: String

    func run() throws {
        let place = try MirrorAddress(dest).name
        let installer = ScheduleInstaller.live(ProcessInfo.processInfo.environment)
        let lines = ScheduleUnits.Purpose.allCases.flatMap {
            installer.status(ScheduleUnits.name(place: place, $0))
        }
        for line in lines { StandardStreams.output(line) }
        if lines.isEmpty { StandardStreams.output("There is no schedule for \(place).") }
    }
}

/// `obsync schedule remove`
struct ScheduleRemoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "remove", abstract: "Remove the schedule of a mirror.")

    @Option(help: "Where the files go: a folder, or s3://bucket/prefix.", completion: .directory)
    var dest: String

    func run() throws {
        let place = try MirrorAddress(dest).name
        let installer = ScheduleInstaller.live(ProcessInfo.processInfo.environment)
        let names = try ScheduleUnits.Purpose.allCases.map { ScheduleUnits.name(place: place, $0) }
            .filter { try installer.remove($0) }
        for name in names { StandardStreams.output("Removed \(name).") }
        if names.isEmpty { StandardStreams.output("There is no schedule for \(place).") }
    }
}
