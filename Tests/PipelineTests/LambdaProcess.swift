import Foundation
import TestSupport
import Testing

/// Runs `obsync start-lambda` as a process of its own while `body` runs, and ends it by its id.
///
/// - Parameters:
///   - variables: the environment of the functions.
///   - options: further options.
///   - secrets: what neither logs nor metrics of the functions may tell.
///   - body: is given the address.
/// - Throws: what `body` throws.
func withLambdaProcess(
    _ variables: [String: String],
    options: [String] = [],
    secrets: [String] = [],
    _ body: (_ address: String) async throws -> Void
) async throws {
    let process = Process()
    let executable: URL = try #require(BuiltProducts.url(of: "obsync"), "obsync is not built")
    process.executableURL = executable
    process.arguments = ["start-lambda", "--port", "0"] + options
    process.environment = functionEnvironment(variables)
    let (output, log) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = log
    let (told, logged) = (ProgramText(output), ProgramText(log))
    try await process.whileRunning { try await body(try await address(in: told)) }
    let lines = try await told.lines() + logged.lines()
    #expect(MirrorInvariants.secrets(secrets, toldBy: lines.joined(separator: "\n")) == [])
}

/// What a function's process is given beside the variables of its deployment.
func functionEnvironment(_ variables: [String: String]) -> [String: String] {
    var environment = ["PATH": "/usr/bin:/bin", "AWS_REGION": "eu-central-1", "LOG_LEVEL": "info"]
    environment["AWS_ACCESS_KEY_ID"] = "testing"
    environment["AWS_SECRET_ACCESS_KEY"] = "testing"
    environment["S3_PREFIX"] = Deployment.prefix
    return environment.merging(variables) { $1 }
}

/// Reads up to the end of the line that names the address.
private func address(in output: ProgramText) async throws -> String {
    let text = try await output.text { $0.contains("\n") }
    let line = try #require(
        text.split(separator: "\n").first { $0.contains("http://") },
        "start-lambda ended before it listened"
    )
    return String(try #require(line.split(separator: " ").last))
}
