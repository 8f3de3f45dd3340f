import FoundationEssentials
import LambdaRuntime
import Logging

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A function for tests: does what its event asks for.
struct Command: Codable, Sendable {
    /// One of `echo`, `fail`, `sleep`, `exit`, `environment`, `deadline`, `process`.
    var action: String
    /// What `echo` answers, the error type of `fail`, the name of the variable of `environment`.
    var value: String?
    /// How long `sleep` takes.
    var milliseconds: Int?
}

struct Answer: Codable, Sendable {
    var value: String?
}

/// An error whose type name is chosen by the event.
struct RequestedFailure: Error {
    let type: String
}

struct EchoHandler: LambdaHandler {
    func handle(_ event: Command, context: LambdaContext) async throws -> Answer {
        switch event.action {
        case "fail":
            throw RequestedFailure(type: event.value ?? "Failure")
        case "sleep":
            try await Task.sleep(for: .milliseconds(event.milliseconds ?? 0))
            return Answer(value: "slept")
        case "exit":
            exit(1)
        case "environment":
            return Answer(value: event.value.flatMap { ProcessInfo.processInfo.environment[$0] })
        case "deadline":
            return Answer(value: String(context.getRemainingTime().components.seconds))
        case "process":
            return Answer(value: String(ProcessInfo.processInfo.processIdentifier))
        default:
            context.logger.info("echo")
            return Answer(value: event.value)
        }
    }
}

let configuration = LambdaRuntimeConfiguration(functionTimeout: .seconds(30)) { error in
    guard let failure = error as? RequestedFailure else { return LambdaErrorReport(describing: error) }
    return LambdaErrorReport(errorType: failure.type, errorMessage: "the event asked for this failure")
}

let runtime = LambdaRuntime(configuration: configuration) {
    if ProcessInfo.processInfo.environment["ECHO_FAIL_START"] != nil {
        throw RequestedFailure(type: "InvalidConfiguration")
    }
    return EchoHandler()
}

await runtime.runUntilExit()
