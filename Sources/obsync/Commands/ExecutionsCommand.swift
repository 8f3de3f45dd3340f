import ArgumentParser
import Foundation
import StateMachine
import SyncCore

/// `obsync executions`
struct ExecutionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "executions",
        abstract: "Show the executions of the state machine, of a mirror or on AWS, and their histories.",
        subcommands: [ListExecutionsCommand.self, ShowExecutionCommand.self, HistoryCommand.self]
    )
}

/// Where executions are: beside the records of a mirror, or on AWS.
struct ExecutionPlaceOptions: ParsableArguments {
    @OptionGroup var mirror: MirrorOptions
    @OptionGroup var log: LogOptions

    /// Opens the place, and works with it.
    ///
    /// - Throws: `InvalidInput` where none is named, or there is nothing; what `body` throws.
    func with(_ body: (any ExecutionArchive) async throws -> Void) async throws {
        switch try mirror.mirror() {
        case .place(let place): try await body(try KeptExecutions(in: place))
        case .deployment(let choice):
            try await AWSDeployment.with(choice, try log.makeLogger()) { try await body($0.executions) }
        }
    }
}

/// Where the executions are, and how they are printed.
struct ExecutionOptions: ParsableArguments {
    @OptionGroup var place: ExecutionPlaceOptions

    @Flag(help: "Print JSON, in the form that Step Functions gives.")
    var json = false
}

/// `obsync executions list`
struct ListExecutionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the executions, the newest first, and which of them can be redriven."
    )

    @Option(help: "How many at most.")
    var limit = 20

    @OptionGroup var options: ExecutionOptions

    func run() async throws {
        try await options.place.with { archive in
            let records = try await archive.newest(limit)
            let report = ExecutionReport(now: SystemInterpreterClock().now())
            if options.json {
                let list = records.map { record in
                    report.json(record, obstacle: record.isOrphan ? nil : record.obstacleToRedrive(now: report.now))
                }
                StandardStreams.output(JSONValue.object(["executions": .array(list)]).jsonText)
            } else {
                // Those that can be redriven say what they failed with.
                let known = Dictionary(try await archive.redrivable().map { ($0.name, $0) }) { first, _ in first }
                let shown = records.map { known[$0.name] ?? $0 }
                StandardStreams.output(report.table(of: shown, redrivable: Set(known.keys)))
            }
        }
    }
}

/// `obsync executions show`
struct ShowExecutionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one execution: status, input, output or error, and how often it was redriven."
    )

    @Argument(help: "The name of the execution.")
    var execution: String

    @OptionGroup var options: ExecutionOptions

    func run() async throws {
        try await options.place.with { archive in
            let record = try await archive.named(execution)
            let obstacle = try await archive.obstacle(to: record)
            let report = ExecutionReport(now: SystemInterpreterClock().now())
            StandardStreams.output(
                options.json
                    ? report.json(record, obstacle: obstacle).jsonText
                    : report.lines(
                        of: record,
                        obstacle: obstacle,
                        redrive: "obsync redrive \(record.name) \(archive.place)"
                    )
            )
        }
    }
}

/// `obsync executions history`
struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show the events of one execution in the order in which they happened."
    )

    @Argument(help: "The name of the execution.")
    var execution: String

    @OptionGroup var options: ExecutionOptions

    func run() async throws {
        try await options.place.with { archive in
            let record = try await archive.named(execution)
            if archive is KeptExecutions, record.isCondensed {
                StandardStreams.error("only how this execution ended is kept: obsync executions show \(record.name)")
            }
            guard options.json else {
                return try await archive.forEachEvent(of: record) {
                    StandardStreams.output(ExecutionReport.line(of: $0))
                }
            }
            // A history is longer than what should be in memory at once.
            StandardStreams.output("{\"events\":[", terminator: "")
            var isFirst = true
            try await archive.forEachEventAsJSON(of: record) { event in
                StandardStreams.output((isFirst ? "" : ",") + event.jsonText, terminator: "")
                isFirst = false
            }
            StandardStreams.output("]}")
        }
    }
}
