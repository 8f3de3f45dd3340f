import FoundationEssentials
import NIOCore
import NIOHTTP1

/// Serves `POST /invoke` on 127.0.0.1 in the function's own process, for work without the platform.
///
/// The body is the event, the answer's body is the response. Invocations are worked off one at a time by the same
/// loop as on the platform. The deadline is told to the function, not enforced.
struct LocalInvocationServer: Sendable {
    /// The port when `LOCAL_LAMBDA_PORT` names none.
    static let defaultPort = 7000
    private static let capacity = 64

    private let port: Int
    private let functionTimeout: Duration
    private let functionName: String
    private let queue = InvocationQueue(capacity: capacity)

    /// - Throws: ``LambdaRuntimeError`` with code `invalidConfiguration` when `LOCAL_LAMBDA_PORT` is no port.
    init(environment: [String: String], functionTimeout: Duration) throws(LambdaRuntimeError) {
        if let value = environment["LOCAL_LAMBDA_PORT"] {
            guard let number = UInt16(value) else {
                throw LambdaRuntimeError(.invalidConfiguration, "LOCAL_LAMBDA_PORT is not a port from 0 to 65535")
            }
            port = Int(number)
        } else {
            port = Self.defaultPort
        }
        self.functionTimeout = functionTimeout
        functionName = environment["AWS_LAMBDA_FUNCTION_NAME"] ?? "local"
    }

    /// Serves while `body` runs over the events that come in.
    ///
    /// - Parameter body: is given the client and the port.
    /// - Throws: what `body` throws, or an I/O error when the port cannot be had.
    func run(body: (QueueRuntimeClient, Int) async throws -> Void) async throws {
        let options = LoopbackServerOptions(
            port: port,
            bodyLimit: LambdaLimits.requestBytes,
            tooLarge: .error(
                .payloadTooLarge,
                LambdaErrorReport(
                    errorType: "RequestTooLarge",
                    errorMessage: "the event exceeds \(LambdaLimits.requestBytes) bytes"
                )
            )
        )
        // An unfinished request must not keep the server's scope open once the loop is over.
        defer { queue.close(.stopped) }
        try await withLoopbackServer(options, handler: respond) { port in
            try await body(QueueRuntimeClient(queue: queue), port)
        }
    }

    /// Answers one request.
    func respond(to request: LoopbackRequest) async -> LoopbackResponse {
        guard request.path == "/invoke", request.method == .POST else {
            let hint = "send the event as JSON with POST /invoke"
            return .error(.notFound, LambdaErrorReport(errorType: "NotFound", errorMessage: hint))
        }
        let deadline: LambdaClock.Instant
        if let text = request.headers.first(name: RuntimeAPIHeader.deadline) {
            guard let milliseconds = Int64(text) else {
                let message = "header \(RuntimeAPIHeader.deadline) is not a Unix time in milliseconds"
                return .error(.badRequest, LambdaErrorReport(errorType: "InvalidInput", errorMessage: message))
            }
            deadline = LambdaClock.Instant(millisecondsSinceEpoch: milliseconds)
        } else {
            deadline = LambdaClock().now.advanced(by: functionTimeout)
        }
        let invocation = LambdaInvocation(
            requestID: UUID().uuidString.lowercased(),
            deadline: deadline,
            invokedFunctionARN: "arn:aws:lambda:us-east-1:000000000000:function:\(functionName)",
            traceID: request.headers.first(name: RuntimeAPIHeader.traceID) ?? "",
            event: request.body
        )
        var response = Self.response(for: await queue.submit(invocation))
        response.headers.add(name: RuntimeAPIHeader.requestID, value: invocation.requestID)
        return response
    }

    /// The answer to an outcome: 400 for events that do not decode, 5xx for all other failures.
    static func response(for outcome: InvocationOutcome) -> LoopbackResponse {
        switch outcome {
        case .response(let body):
            return .json(.ok, body)
        case .failure(let report):
            let isInput = report.errorType == LambdaRuntimeError.Code.invalidInput.errorType
            return .error(isInput ? .badRequest : .internalServerError, report)
        case .closed(.initializationFailed(let report), _), .closed(.workerFailed(let report), _):
            return .error(.internalServerError, report)
        case .closed(.stopped, _):
            let report = LambdaErrorReport(errorType: "Stopped", errorMessage: "the function is shutting down")
            return .error(.serviceUnavailable, report)
        case .queueFull:
            let message = "\(capacity) invocations are waiting already"
            return .error(
                .tooManyRequests,
                LambdaErrorReport(errorType: "TooManyRequests", errorMessage: message)
            )
        }
    }
}
