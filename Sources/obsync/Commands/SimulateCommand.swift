import ArgumentParser
import Foundation
import LambdaRuntime
import Logging
import Simulators

/// `obsync simulate`
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Run a provider or a store on this machine.",
        subcommands: [SimulateObsidianCommand.self, SimulateS3Command.self]
    )
}

/// `obsync simulate obsidian`
struct SimulateObsidianCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "obsidian",
        abstract: "Run a server that speaks Obsidian Sync, with the demo's sample library."
    )

    @Option(help: "The port on 127.0.0.1; 0 for any free one.")
    var port = 0

    @Option(help: "How many rounds of edits the library has seen.")
    var edits = 0

    func run() async throws {
        let library = try SampleLibrary.make()
        for round in stride(from: 1, through: edits, by: 1) { _ = try SampleLibrary.edit(library, round: round) }
        var configuration = ObsidianSimulator.Configuration()
        configuration.port = port
        let settings = configuration
        try await withShutdownSignals {
            let logger = Logger(label: "obsync") { StreamLogHandler.standardError(label: $0) }
            try await withObsidianSimulator(library: library, configuration: settings, logger: logger) { server in
                StandardStreams.output("Obsidian simulator listens on \(server.baseURL)")
                StandardStreams.output("  OBSIDIAN_API_URL=\(server.baseURL)")
                StandardStreams.output("  OBSIDIAN_EMAIL=\(SampleLibrary.email)")
                StandardStreams.output("  OBSIDIAN_PASSWORD=\(SampleLibrary.password)")
                StandardStreams.output("  OBSIDIAN_TOTP_SECRET=\(SampleLibrary.totpSecret)")
                StandardStreams.output(
                    "  password of vault \(SampleLibrary.fieldNotesID): \(SampleLibrary.fieldNotesPassword)"
                )
                try await Task.sleep(for: .seconds(10 * 365 * 24 * 3600))
            }
        }
    }
}
