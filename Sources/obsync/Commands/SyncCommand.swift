import ArgumentParser
import Backup
import Foundation
import Logging
import SyncCore

/// What every command that mirrors can be told.
struct RunOptions: ParsableArguments {
    @Flag(help: "List everything from the beginning instead of what changed.")
    var complete = false

    @Option(
        defaultAsFlag: DeletionApproval.all,
        parsing: .next,
        help: ArgumentHelp(
            "Follow deletions that were held back because they are suspiciously many: all, or the set of an id if it is as it was.",
            valueName: "id"
        )
    )
    var allowDeletions: DeletionApproval?

    @Option(help: "Leave out what this pattern matches, in the syntax of gitignore; can be given more than once.")
    var exclude: [String] = []

    @Option(help: "Mirror only what this pattern matches; can be given more than once.")
    var include: [String] = []

    @Flag(help: "Delete mirrored files that a pattern now leaves out.")
    var deleteExcluded = false

    @Flag(help: "Go on with another account than the one whose vaults are mirrored here.")
    var switchAccount = false

    @Flag(help: "Go on with the password that Obsidian states for a vault that was mirrored with your own.")
    var acceptManaged = false
}

/// How much is logged.
struct LogOptions: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Log what happens to standard error; twice for more.")
    var verbose: Int

    @Option(
        help: "How much is logged to standard error: trace, debug, info, notice, warning, error.",
        completion: .list(Logger.Level.allCases.map(\.rawValue))
    )
    var logLevel: String?

    /// A logger to standard error.
    func makeLogger() throws -> Logger {
        let usual: Logger.Level = verbose == 0 ? .error : verbose == 1 ? .info : .debug
        guard let level = logLevel.map({ Logger.Level(rawValue: $0) }) ?? usual else {
            throw SyncError(
                .invalidInput,
                "the option --log-level has to be one of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))"
            )
        }
        var logger = Logger(label: "obsync") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = level
        return logger
    }
}

/// What every command that mirrors prints.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print the summary as JSON on standard output, and nothing else.")
    var json = false

    @Flag(name: .shortAndLong, help: "Print nothing but errors.")
    var quiet = false

    @OptionGroup var log: LogOptions

    /// Whether only the result is printed.
    var isQuiet: Bool { json || quiet }

    /// A logger to standard error.
    func makeLogger() throws -> Logger { try log.makeLogger() }

    /// Runs `body` until it ends or a signal stops it, and tells how it failed, if it did.
    ///
    /// - Throws: `ExitCode` after a failure that was told.
    func reporting(
        _ interruption: Interruption,
        _ body: @escaping @Sendable () async throws -> Summary
    ) async throws -> Summary {
        do {
            return try await interruption.during(body)
        } catch let failed as FailedRun {
            if json { try showJSON(failed.summary) }
            let command = CommandLine.arguments.map(\.shellQuoted).joined(separator: " ")
            for line in failed.lines(command: command) { StandardStreams.error(line) }
            throw ExitCode(ExitStatus.of(failed.error.name))
        } catch let error as SyncError where json {
            try showJSON(Summary(failure: error))
            throw error
        } catch let error as Interrupted where json {
            try showJSON(Summary(interrupted: error))
            throw error
        }
    }

    /// Prints the summary for programs.
    func showJSON(_ summary: Summary) throws {
        StandardStreams.output(String(decoding: try FunctionJSON.encode(summary), as: UTF8.self))
    }

    /// Prints the summary of a run.
    func show(_ summary: Summary, in place: String) throws {
        if json { return try showJSON(summary) }
        if quiet { return }
        let status = "obsync status --dest \(place.shellQuoted)"
        for line in lines(of: summary, status: status) { StandardStreams.output(line) }
        if !summary.isAlreadyRunning { StandardStreams.output("The files are in \(place)") }
    }

    /// The summary of a run as people read it.
    ///
    /// - Parameters:
    ///   - summary: the summary.
    ///   - status: the command that names what is not mirrored.
    /// - Returns: the lines.
    func lines(of summary: Summary, status: String) -> [String] {
        if summary.isAlreadyRunning { return [summary.message] }
        let bytes = Int64(summary.metadata["bytes"] ?? "") ?? 0
        var facts = ["\(bytes.asSize) transferred", "took \(summary.metadata["execution_time"] ?? "?")"]
        if let deleted = summary.metadata["deleted"], deleted != "0" { facts.append("\(deleted) deleted") }
        var lines = [
            summary.message, "  \(facts.joined(separator: ", ")); run \(summary.metadata["run"] ?? "?")",
        ]
        lines += summary.notes.map { "  note: \(summary.spoken($0))" }
        let missing = summary.attentionLines
        if !missing.isEmpty {
            lines.append("  not mirrored (\(status) tells more):")
            lines += missing.map { "  \($0)" }
        }
        return lines
    }
}

/// `obsync sync`
struct SyncCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync",
        abstract: "Mirror one vault, or all of them, into a folder or a bucket."
    )

    @Argument(help: "The id or the exact name of a vault; all vaults if none is named.")
    var vault: String?

    @Option(
        help: "Where the files go: a folder, or s3://bucket/prefix in a store that speaks S3.",
        completion: .directory
    )
    var dest: String

    @OptionGroup var placing: PlaceOptions
    @OptionGroup var destination: DestinationOptions
    @OptionGroup var settings: SettingOptions

    @Option(help: "The credentials file (0600); or OBSYNC_CREDENTIALS, or what obsync login has made.")
    var credentials: String?

    @Option(help: "Call this address at the start and at the end of the run, as healthchecks.io expects it.")
    var ping: String?

    @Option(help: "Fetch no faster than so many bytes a second; k, M and G count thousands: 20M.")
    var bwlimit: String?

    @Flag(
        help:
            "Exit with 65 when something needs a person, such as files that are not mirrored, although the run ended well."
    )
    var strict = false

    @Flag(help: "Only tell what a run would fetch, copy, set aside and delete. Nothing is written.")
    var dryRun = false

    @OptionGroup var options: RunOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let environment = try settings.applied(to: ProcessInfo.processInfo.environment)
        let place = try placing.place(dest)
        let file = try CredentialsPlace(option: credentials, environment: environment, place: place).required()
        if dryRun { return try await tellOnly(place, file, environment) }
        var address: String?
        if let ping { address = try DeadMansSwitch.checked(ping) }
        var run = LocalRun(
            place: place,
            credentials: file,
            environment: environment,
            isQuiet: output.isQuiet,
            logger: try output.makeLogger(),
            ping: address
        )
        try destination.apply(to: &run)
        run.bytesPerSecond = try bwlimit.map(BandwidthLimit.bytes)
        let ready = run
        let summary = try await output.reporting(run.interruption) { try await ready.run(vault: vault, options) }
        try output.show(summary, in: place.name)
        if strict, summary.needsPerson { throw ExitCode(65) }
    }

    private func tellOnly(
        _ place: any MirrorPlace,
        _ credentials: String,
        _ environment: [String: String]
    ) async throws {
        let isQuiet = output.isQuiet
        let run = DryRun(
            place: place,
            credentials: credentials,
            environment: environment,
            logger: try output.makeLogger(),
            terms: ClaimTerms(vault: vault, adopts: destination.adopt, takesOver: destination.takeOver)
        ) { line in
            if !isQuiet { StandardStreams.output(line) }
        }
        let outcome = try await run.run(options)
        if output.json {
            StandardStreams.output(String(decoding: try FunctionJSON.encode(outcome.report), as: UTF8.self))
        } else {
            for line in outcome.lines(place) { StandardStreams.output(line) }
        }
        if let failure = outcome.failure { throw failure }
    }
}
