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
        subcommands: [SimulateObsidianCommand.self, SimulateGoProCommand.self, SimulateS3Command.self]
    )
}

/// `obsync simulate obsidian`
struct SimulateObsidianCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "obsidian",
        abstract: "Run a server that speaks Obsidian Sync, with the demo's sample library.",
        discussion: """
            A fault is written NAME[=VALUE][@UID][*TIMES]: @UID limits it to one version, *TIMES to so many occurrences. Faults:

            \(faults)
            """
    )

    private static var faults: String {
        SimulatorFaultName.all.map { fault in
            let name = fault.name + (fault.value.map { "=" + $0 } ?? "")
            return "  " + name + String(repeating: " ", count: max(1, 26 - name.count)) + fault.help
        }
        .joined(separator: "\n")
    }

    @Option(help: "The port on 127.0.0.1; 0 for any free one.")
    var port: PortArgument = 0

    @Option(help: "How many rounds of edits the library has seen.")
    var edits = 0

    @Option(help: "Something that goes wrong; may be given several times.")
    var fault: [String] = []

    @Option(help: "Add a vault 'Large' of so many small files.")
    var files = 0

    @Option(help: "Add to the vault 'Large' an attachment of so many bytes.")
    var attachmentBytes = 0

    @Option(
        help:
            "Serve the small library of the tests' recordings instead, as it was at this stage (0 to \(RecordedLibrary.lastStage))."
    )
    var recorded: Int?

    func run() async throws {
        var library = try recorded.map { try RecordedLibrary.make(stage: $0) } ?? SampleLibrary.make()
        var faults = SimulatorFaults()
        for text in fault {
            do {
                try faults.add(parsing: text)
            } catch let error as SimulatorError {
                throw ValidationError(error.message)
            }
        }
        let waiting = faults
        if files > 0 || attachmentBytes > 0 {
            let large = try SampleLibrary.makeLarge(files: files, attachmentBytes: attachmentBytes)
            library = SimulatedLibrary(account: library.account, vaults: library.vaults + [large])
        }
        for round in stride(from: 1, through: edits, by: 1) { _ = try SampleLibrary.edit(library, round: round) }
        var configuration = ObsidianSimulator.Configuration()
        configuration.port = port.number
        let (settings, served) = (configuration, library)
        try await withShutdownSignals {
            let logger = Logger(label: "obsync") { StreamLogHandler.standardError(label: $0) }
            try await withObsidianSimulator(library: served, configuration: settings, logger: logger) { server in
                server.faults = waiting
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
