import ArgumentParser
import Foundation
import LambdaRuntime
import Logging
import Simulators
import SyncCore

/// `obsync simulate gopro`
struct SimulateGoProCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gopro",
        abstract: "Run a server that answers as the GoPro cloud does, with the demo's sample library.",
        discussion: "Faults: " + GoProFault.allCases.map(\.rawValue).joined(separator: ", ") + "."
    )

    @Option(help: "The port of the API on 127.0.0.1; 0 for any free one.")
    var port: PortArgument = 0

    @Option(help: "A fault that happens, as NAME once, as NAME:TIMES, or as NAME:always. Can be given again.")
    var fault: [FaultArgument] = []

    @Option(help: "How many more videos the library holds.")
    var media = 0

    @Option(help: "The bytes of one more video; they are made while they are sent.")
    var clipBytes: Int64?

    @Flag(help: "Leave the sample out: the library holds only what the other options add.")
    var withoutSample = false

    @Option(
        help:
            "Serve the small library of the tests' recordings instead, as it was at this stage (0 to \(RecordedMedia.lastStage))."
    )
    var recorded: Int?

    @Option(help: "The seconds for which a signed address is good.")
    var addressLifetime = 3600.0

    @Option(help: "The seconds for which a token is good.")
    var tokenLifetime = 86_400.0

    @Option(help: "How many requests to the API are answered in twenty seconds; without it, all are.")
    var requestLimit: Int?

    @Option(help: "How many bytes a second all bodies together are sent at.")
    var pace: Int?

    @Option(help: "How many milliseconds an answer takes to begin.")
    var latency = 0

    func run() async throws {
        let library = makeLibrary()
        var configuration = GoProSimulator.Configuration()
        configuration.port = port.number
        configuration.addressLifetime = addressLifetime
        configuration.tokenLifetime = tokenLifetime
        configuration.requestLimit = requestLimit.map { ($0, 20) }
        configuration.bytesPerSecond = pace
        configuration.latency = .milliseconds(latency)
        let settings = configuration
        try await withShutdownSignals {
            let logger = Logger(label: "obsync") { StreamLogHandler.standardError(label: $0) }
            try await withGoProSimulator(library: library, configuration: settings, logger: logger) { server in
                for fault in fault { server.inject(fault.fault, times: fault.times) }
                StandardStreams.output("GoPro simulator listens on \(server.baseURL)")
                for (name, value) in GoProDemo.environment(server).sorted(by: { $0.key < $1.key }) {
                    StandardStreams.output("  \(name)=\(value)")
                }
                StandardStreams.output(
                    "  credentials: \(String(decoding: try GoProDemo.sampleSecret.json, as: UTF8.self))"
                )
                try await Task.sleep(for: .seconds(10 * 365 * 24 * 3600))
            }
        }
    }

    private func makeLibrary() -> SimulatedMediaLibrary {
        let library =
            recorded.map { RecordedMedia.make(stage: $0) }
            ?? (withoutSample ? SimulatedMediaLibrary([]) : SampleMediaLibrary.make())
        let sizes = [Int64](repeating: 1000, count: max(0, media)) + (clipBytes.map { [$0] } ?? [])
        for (number, size) in sizes.enumerated() {
            let moment = 1_780_000_000 + Int64(number)
            let digits = String(number)
            library.add(
                .video(
                    id: "Clip" + String(repeating: "0", count: max(0, 9 - digits.count)) + digits,
                    filename: "GX010001.MP4",
                    captured: moment,
                    created: moment,
                    chapters: [size]
                )
            )
        }
        return library
    }
}

/// A fault of the simulated GoPro service on the command line: `NAME`, `NAME:TIMES` or `NAME:always`.
struct FaultArgument: ExpressibleByArgument {
    let fault: GoProFault
    let times: Int?

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        guard let name = parts.first, let fault = GoProFault(rawValue: String(name)), parts.count <= 2 else {
            return nil
        }
        self.fault = fault
        switch parts.count == 2 ? String(parts[1]) : "1" {
        case "always": times = nil
        case let text:
            guard let number = Int(text), number > 0 else { return nil }
            times = number
        }
    }
}
