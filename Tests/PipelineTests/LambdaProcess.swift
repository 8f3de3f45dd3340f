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
    try await process.whileRunning { try await body(try await address(in: output)) }
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
private func address(in output: Pipe) async throws -> String {
    let text = try await ProgramText(output).text { $0.contains("\n") }
    let line = try #require(
        text.split(separator: "\n").first { $0.contains("http://") },
        "start-lambda ended before it listened"
    )
    return String(try #require(line.split(separator: " ").last))
}
