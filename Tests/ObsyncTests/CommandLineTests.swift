import ArgumentParser
import Foundation
import Logging
import StateMachine
import SyncCore
import TestSupport
import Testing

@testable import obsync

@Suite("the command line")
struct CommandLineTests {
    @Test(
        "a mistyped command is answered with the nearest one",
        arguments: [
            (["synk"], "obsync sync"), (["stauts", "--json"], "obsync status"), (["exectuions"], "obsync executions"),
            (["executions", "histroy"], "obsync executions history"),
            (["simulate", "obsidain"], "obsync simulate obsidian"),
        ]
    )
    func nearest(_ arguments: [String], _ command: String) {
        let error = #expect(throws: SyncError.self) { try CommandSuggestion.check(arguments, in: Obsync.self) }
        #expect(error?.message.hasSuffix("did you mean \(command)?") == true)
    }

    @Test(
        "a mistyped option that has to be given is answered with the nearest one",
        arguments: [
            (["sync", "--dset", "x"], "--dset is no option; did you mean --dest?"),
            (["restore", "--too=x", "Notes"], "--too is no option; did you mean --to?"),
            (["schedule", "status", "--dets", "x"], "--dets is no option; did you mean --dest?"),
            (["sync", "--dest", "x"], nil), (["sync", "--frobnicate", "x"], nil), (["sync", "--", "--dset"], nil),
            (["sync"], nil), ([], nil),
        ] as [([String], String?)]
    )
    func options(_ arguments: [String], _ sentence: String?) {
        #expect(CommandSuggestion.option(arguments, in: Obsync.self) == sentence)
    }

    @Test("a mistyped --dest ends with 64 and the nearest option", .tags(.integration))
    func mistyped() async throws {
        let outcome = try await ObsyncProcess.run(["sync", "--dset", "x"])
        #expect(outcome.status == 64)
        #expect(outcome.error == "obsync: InvalidInput: --dset is no option; did you mean --dest?\n")
    }

    @Test("the picture of a run is ASCII where the locale is")
    func picture() {
        let picture = RunPicture()
        let time = StateMachine.Timestamp(secondsSinceEpoch: 0)
        var details = HistoryEvent.Details()
        details.name = "List"
        let type = HistoryEventType("TaskStateEntered")
        picture.observe(HistoryEvent(id: 1, previousEventID: 0, type: type, timestamp: time, details: details))
        let plain = picture.lines(on: Screen(canRedraw: false, isUnicode: false) { 80 })
        #expect(plain == ["  List              1x     0.0 s  "])
    }

    @Test("what is like no command is answered with the way to all of them")
    func far() {
        let error = #expect(throws: SyncError.self) { try CommandSuggestion.check(["frobnicate"], in: Obsync.self) }
        #expect(error?.message.hasSuffix("obsync --help lists all") == true)
    }

    @Test(
        "commands, options and help pass",
        arguments: [[], ["sync", "My notes"], ["--help"], ["help", "sync"], ["executions", "list"], ["--version"]]
    )
    func fine(_ arguments: [String]) throws {
        try CommandSuggestion.check(arguments, in: Obsync.self)
    }

    @Test("what is no port is refused", arguments: ["-1", "65536", "x", ""])
    func noPort(_ text: String) {
        #expect(PortArgument(argument: text) == nil)
        #expect(throws: (any Error).self) { try SimulateObsidianCommand.parse(["--port=\(text)"]) }
    }

    @Test("logging is chosen by level or by -v; -q leaves errors only")
    func output() throws {
        #expect(try OutputOptions.parse([]).makeLogger().logLevel == .error)
        #expect(try OutputOptions.parse(["-v"]).makeLogger().logLevel == .info)
        #expect(try OutputOptions.parse(["-vv"]).makeLogger().logLevel == .debug)
        #expect(try OutputOptions.parse(["-v", "--log-level", "trace"]).makeLogger().logLevel == .trace)
        #expect(throws: SyncError.self) { try OutputOptions.parse(["--log-level", "loud"]).makeLogger() }
        #expect(try OutputOptions.parse(["-q"]).isQuiet)
    }

    @Test("help is grouped, and every command says what it does")
    func help() {
        let help = Obsync.helpMessage(columns: 100)
        for group in ["MIRROR", "BACKUP", "OPERATE", "DEPLOY", "DEVELOP"] {
            #expect(help.uppercased().contains("\(group) SUBCOMMANDS"))
        }
        for command in Obsync.configuration.subcommands { #expect(!command.configuration.abstract.isEmpty) }
    }

    @Test("the version names commit and build")
    func version() {
        #expect(BuildInfo.text.hasPrefix(BuildInfo.version + " (commit "))
        #expect(BuildInfo.text.hasSuffix(" build)"))
    }

    @Test("shells get completions", .tags(.integration), arguments: ["bash", "zsh", "fish"])
    func completions(_ shell: String) async throws {
        let outcome = try await ObsyncProcess.run(["--generate-completion-script", shell])
        #expect(outcome.status == 0)
        for command in Obsync.configuration.subcommands {
            #expect(outcome.output.contains(command.configuration.commandName ?? "?"))
        }
    }
}

@Suite("validate", .tags(.integration))
struct ValidateTests {
    private func validate(_ text: String) async throws -> ProgramOutcome {
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).json").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        try Data(text.utf8).write(to: URL(filePath: file))
        return try await ObsyncProcess.run(["validate", file])
    }

    @Test("names line and column of every problem")
    func places() async throws {
        let outcome = try await validate(
            """
            {"StartAt": "A",
             "States": {
               "A": {"Type": "Pass", "Next": "Nowhere"},
               "B": {"Type": "Succeed"}
            }}
            """
        )
        #expect(outcome.status == 64)
        #expect(outcome.error.contains(".json:3:26: state 'A', field 'Next': there is no state 'Nowhere'"))
        #expect(outcome.error.contains(".json:4:4: state 'B': cannot be reached from 'A'"))
    }

    @Test("names the place of what is no JSON")
    func syntax() async throws {
        let outcome = try await validate("{\"StartAt\": \"A\",\n  oops}")
        #expect(outcome.status == 64)
        #expect(outcome.error.contains("line 2, column 3"))
    }
}
