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

    @Option(help: "The folder that the files go to.", completion: .directory)
    var dest: String

    @Option(help: "Once a day at this time, such as 03:15.")
    var daily: String?

    @Option(help: "Again and again after this time, such as 6h.")
    var every: String?

    @Option(help: "The credentials file, where it is not the usual one.", completion: .file())
    var credentials: String?

    @Option(help: "Call this address at the start and at the end of each run, as healthchecks.io expects it.")
    var ping: String?

    @Flag(help: "Only print the unit files.")
    var dryRun = false

    func run() throws {
        let folder = try FolderName.folder(dest)
        var arguments = ["sync", "--dest", folder.path, "--quiet"]
        if let credentials {
            arguments += ["--credentials", URL(filePath: credentials).standardizedFileURL.path(percentEncoded: false)]
        }
        if let ping { arguments += ["--ping", try DeadMansSwitch.checked(ping)] }
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "obsync"
        let units = ScheduleUnits(
            program: program,
            arguments: arguments,
            folder: folder.path,
            plan: try SchedulePlan(daily: daily, every: every)
        )
        if dryRun {
            StandardStreams.output("# \(units.name).service\n\(units.service)\n# \(units.name).timer\n\(units.timer)")
            return
        }
        for line in try ScheduleInstaller.live(ProcessInfo.processInfo.environment).install(units) {
            StandardStreams.output(line)
        }
    }
}

/// `obsync schedule status`
struct ScheduleStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show the schedule of a folder, and when it runs next."
    )

    @Option(help: "The folder that the files go to.", completion: .directory)
    var dest: String

    func run() throws {
        let folder = try FolderName.folder(dest)
        let name = ScheduleUnits.name(folder: folder.path)
        let lines = ScheduleInstaller.live(ProcessInfo.processInfo.environment).status(name)
        for line in lines { StandardStreams.output(line) }
        if lines.isEmpty { StandardStreams.output("There is no schedule for \(folder.path).") }
    }
}

/// `obsync schedule remove`
struct ScheduleRemoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "remove", abstract: "Remove the schedule of a folder.")

    @Option(help: "The folder that the files go to.", completion: .directory)
    var dest: String

    func run() throws {
        let folder = try FolderName.folder(dest)
        let name = ScheduleUnits.name(folder: folder.path)
        let wasThere = try ScheduleInstaller.live(ProcessInfo.processInfo.environment).remove(name)
        StandardStreams.output(wasThere ? "Removed \(name)." : "There is no schedule for \(folder.path).")
    }
}
