import Foundation
import TestSupport
import Testing

/// Runs `obsync start-lambda` as a process of its own while `body` runs, and ends it by its id.
func withLambdaProcess(
    _ variables: [String: String],
    options: [String] = [],
    _ body: (_ address: String) async throws -> Void
) async throws {
    let process = Process()
    let executable: URL = try #require(BuiltProducts.url(of: "obsync"), "obsync is not built")
    process.executableURL = executable
    process.arguments = ["start-lambda", "--port", "0"] + options
    process.environment = functionEnvironment(variables)
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    defer {
        process.terminate()
        process.waitUntilExit()
    }
    try await body(try address(in: output))
}

/// What a function's process is given beside the variables of its deployment.
func functionEnvironment(_ variables: [String: String]) -> [String: String] {
    var environment = ["PATH": "/usr/bin:/bin", "AWS_REGION": "eu-central-1", "LOG_LEVEL": "warning"]
    environment["AWS_ACCESS_KEY_ID"] = "testing"
    environment["AWS_SECRET_ACCESS_KEY"] = "testing"
    environment["S3_PREFIX"] = Deployment.prefix
    return environment.merging(variables) { $1 }
}

/// Reads up to the end of the line that names the address.
private func address(in output: Pipe) throws -> String {
    var text = ""
    while !text.contains("\n") {
        let some = output.fileHandleForReading.availableData
        try #require(!some.isEmpty, "start-lambda ended before it listened")
        text += String(decoding: some, as: UTF8.self)
    }
    let line = try #require(text.split(separator: "\n").first { $0.contains("http://") })
    return String(try #require(line.split(separator: " ").last))
}
