import ArgumentParser
import Foundation
import Logging
import SyncCore

/// What every command that mirrors can be told.
struct RunOptions: ParsableArguments {
    @Flag(help: "List everything from the beginning instead of what changed.")
    var complete = false

    @Flag(help: "Let deletions pass that are held back because they are suspiciously many.")
    var allowDeletions = false

    @Option(help: "Leave out what this pattern speaks of, in the syntax of gitignore; may be given more than once.")
    var exclude: [String] = []

    @Option(help: "Mirror only what this pattern speaks of; may be given more than once.")
    var include: [String] = []

    @Flag(help: "Delete what is mirrored already and left out by a pattern.")
    var deleteExcluded = false

    @Flag(help: "Go on with the password that Obsidian states for a vault that was mirrored with your own.")
    var acceptManaged = false
}

/// What every command that mirrors prints.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print the summary as JSON on standard output, and nothing else.")
    var json = false

    @Option(help: "How much is logged to standard error: trace, debug, info, notice, warning, error.")
    var logLevel: String = "error"

    /// A logger to standard error.
    func makeLogger() throws -> Logger {
        guard let level = Logger.Level(rawValue: logLevel) else {
            throw SyncError(
                .invalidInput,
                "the option --log-level has to be one of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))"
            )
        }
        var logger = Logger(label: "obsync") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = level
        return logger
    }

    /// Runs `body`; where the summary is asked for as JSON, a failure is told as one too.
    func reportingFailure(_ body: () async throws -> Summary) async throws -> Summary {
        do {
            return try await body()
        } catch let error as SyncError where json {
            let summary = Summary(failure: error)
            StandardStreams.output(String(decoding: try FunctionJSON.encode(summary), as: UTF8.self))
            throw error
        }
    }

    /// Prints the summary of a run.
    func show(_ summary: Summary, folder: LocalFolder) throws {
        if json {
            StandardStreams.output(String(decoding: try FunctionJSON.encode(summary), as: UTF8.self))
            return
        }
        StandardStreams.output(summary.message)
        let bytes = Int64(summary.metadata["bytes"] ?? "") ?? 0
        var facts = ["\(bytes.asSize) transferred", "took \(summary.metadata["execution_time"] ?? "?")"]
        if let deleted = summary.metadata["deleted"], deleted != "0" { facts.append("\(deleted) deleted") }
        StandardStreams.output("  \(facts.joined(separator: ", ")); run \(summary.metadata["run"] ?? "?")")
        for error in summary.errors { StandardStreams.output("  note: \(error)") }
        StandardStreams.output("The files are in \(folder.path)")
    }
}

/// `obsync sync`
struct SyncCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync",
        abstract: "Mirror one vault, or all of them, into a folder."
    )

    @Argument(help: "The id or the exact name of a vault; all vaults where none is named.")
    var vault: String?

    @Option(help: "The folder that the files go to; records are kept in its folder .obsync.")
    var dest: String

    @Option(help: "The credentials file (0600), or OBSYNC_CREDENTIALS.")
    var credentials: String?

    @OptionGroup var options: RunOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        guard let credentials = credentials ?? environment["OBSYNC_CREDENTIALS"], !credentials.isEmpty else {
            throw SyncError(.invalidInput, "no credentials file is named; use --credentials FILE or OBSYNC_CREDENTIALS")
        }
        let run = LocalRun(
            folder: LocalFolder(dest),
            credentials: credentials,
            environment: environment,
            isQuiet: output.json,
            logger: try output.makeLogger()
        )
        let summary = try await output.reportingFailure { try await run.run(vault: vault, options) }
        try output.show(summary, folder: run.folder)
    }
}
