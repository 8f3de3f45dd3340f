import ArgumentParser
import Foundation
import SyncCore
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
