import NIOCore

/// The run loop's client where events come from a queue in the same process.
struct QueueRuntimeClient: LambdaRuntimeClientProtocol {
    let queue: InvocationQueue

    func nextInvocation() async throws -> LambdaInvocation {
        try await queue.poll()
    }

    func reportResponse(_ response: ByteBuffer, for requestID: String) async throws {
        // A caller that went away is no concern of the function's.
        _ = queue.complete(requestID, with: .response(response))
    }

    func reportError(_ report: LambdaErrorReport, for requestID: String) async throws {
        _ = queue.complete(requestID, with: .failure(report))
    }

    func reportInitializationError(_ report: LambdaErrorReport) async throws -> Bool {
        queue.failInitialization(report)
    }
}
