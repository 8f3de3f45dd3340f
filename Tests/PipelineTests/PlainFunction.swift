import Foundation
import TestSupport
import Testing

/// A function's executable as a process by itself.
struct PlainFunction {
    let process = Process()
    let output = Pipe()
    let log = Pipe()

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
        process.standardOutput = output
        process.standardError = log
        try process.run()
    }

    /// Its first log line.
    func firstLine() throws -> Line {
        var text = Data()
        while !text.contains(UInt8(ascii: "\n")) {
            let some = log.fileHandleForReading.availableData
            try #require(!some.isEmpty, "the process ended without a line")
            text += some
        }
        return try JSONDecoder().decode(Line.self, from: text.prefix { $0 != UInt8(ascii: "\n") })
    }

    /// Ends it, and waits until it has.
    func end() {
        if process.isRunning { process.terminate() }
        process.waitUntilExit()
    }

    /// The lines that are left in a pipe once the process has ended.
    func lines(_ pipe: Pipe) -> [Data] {
        pipe.fileHandleForReading.readDataToEndOfFile().split(separator: UInt8(ascii: "\n"))
    }
}
