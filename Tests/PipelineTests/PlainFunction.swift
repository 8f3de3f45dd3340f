import Foundation
import TestSupport
import Testing

/// A function's executable as a process by itself.
struct PlainFunction {
    let process = Process()
    let output: ProgramText
    let log: ProgramText

    /// The fields of a log line that tests look at.
    struct Line: Decodable {
        var level: String
        var message: String
        var url: String?
        var errorType: String?
        var errorMessage: String?

        private enum CodingKeys: String, CodingKey {
            case level, message, url
            case errorType = "error.type"
            case errorMessage = "error.message"
        }
    }

    /// Starts it.
    init(_ name: String, _ variables: [String: String]) throws {
        let executable: URL = try #require(BuiltProducts.url(of: name), "\(name) is not built")
        process.executableURL = executable
        process.environment = variables
        let (output, log) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = log
        (self.output, self.log) = (ProgramText(output), ProgramText(log))
        try process.run()
    }

    /// Its first log line.
    func firstLine() async throws -> Line {
        let text = try await log.text { $0.contains("\n") }
        let line = try #require(text.split(separator: "\n").first, "the process ended without a line")
        return try JSONDecoder().decode(Line.self, from: Data(line.utf8))
    }

    /// Ends it, and waits until it has.
    func end() {
        if process.isRunning { process.terminate() }
        process.waitForEnd()
    }
}
