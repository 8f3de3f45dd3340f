import Foundation
import Logging
import TestSupport
import Testing

/// The real executable, run as a process of its own.
struct ObsyncProcess {
    let process = Process()
    private let output = Pipe()
    private let error = Pipe()

    /// Prepares `obsync` with arguments, or a shell script in which `$OBSYNC` is its path.
    init(_ arguments: [String] = [], script: String? = nil, environment: [String: String] = [:]) throws {
        let executable: URL = try #require(BuiltProducts.url(of: "obsync"), "obsync is not built")
        process.executableURL = script == nil ? executable : URL(filePath: "/bin/bash")
        process.arguments = script.map { ["-c", $0] } ?? arguments
        process.environment = ["PATH": "/usr/bin:/bin", "OBSYNC": executable.path(percentEncoded: false)]
            .merging(environment) { $1 }
        process.standardOutput = output
        process.standardError = error
    }

    /// Starts it.
    func start() throws { try process.run() }

    /// Waits for the end.
    func outcome() async throws -> ProgramOutcome { try await process.outcome(output, error) }

    /// Runs it from beginning to end.
    static func run(
        _ arguments: [String] = [],
        script: String? = nil,
        environment: [String: String] = [:]
    ) async throws -> ProgramOutcome {
        let process = try ObsyncProcess(arguments, script: script, environment: environment)
        try process.start()
        return try await process.outcome()
    }
}

/// A logger that says nothing.
var quietLogger: Logger {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return logger
}
