import ArgumentParser
import Foundation
import StateMachine
import SyncCore

/// `obsync executions`
struct ExecutionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "executions",
        abstract: "Show the executions of the state machine that a folder keeps, and their histories.",
        subcommands: [ListExecutionsCommand.self, ShowExecutionCommand.self, HistoryCommand.self]
    )
}

/// Where the executions are, and how they are printed.
struct ExecutionOptions: ParsableArguments {
    @Option(help: "The folder of the mirror.")
    var dest: String

    @Flag(help: "Print JSON, in the form that Step Functions gives.")
    var json = false

    func open() throws -> KeptExecutions { try KeptExecutions(in: LocalFolder(dest)) }
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
        let kept = try options.open()
        let records = try await kept.store.executions(status: nil, limit: limit)
        let report = ExecutionReport(now: SystemInterpreterClock().now())
        if options.json {
            StandardStreams.output(JSONValue.object(["executions": .array(records.map(report.json))]).jsonText)
        } else {
            let redrivable = Set(try await kept.redrivable().map(\.name))
            StandardStreams.output(report.table(of: records, redrivable: redrivable))
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
        let record = try await options.open().named(execution)
        let report = ExecutionReport(now: SystemInterpreterClock().now())
        StandardStreams.output(options.json ? report.json(record).jsonText : report.lines(of: record))
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
        let kept = try options.open()
        let record = try await kept.named(execution)
        if options.json {
            var events: [JSONValue] = []
            try await kept.store.forEachEvent(of: record.name) { events.append($0.json) }
            StandardStreams.output(JSONValue.object(["events": .array(events)]).jsonText)
        } else {
            try await kept.store.forEachEvent(of: record.name) { StandardStreams.output(ExecutionReport.line(of: $0)) }
        }
    }
}
