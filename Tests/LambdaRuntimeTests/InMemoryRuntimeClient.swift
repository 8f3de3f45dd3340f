import NIOCore

@testable import LambdaRuntime

/// A runtime client over a list of events; it ends by cancellation of the loop once the list is used up.
actor InMemoryRuntimeClient: LambdaRuntimeClientProtocol {
    enum Answer: Equatable {
        case response(String, for: String)
        case failure(LambdaErrorReport, for: String)
        case initializationError(LambdaErrorReport)
    }

    private var invocations: [LambdaInvocation]
    private let acceptsInitializationError: Bool
    private(set) var answers: [Answer] = []

    init(events: [String], acceptsInitializationError: Bool = true) {
        invocations = events.enumerated().map { index, event in
            LambdaInvocation(
                requestID: "r\(index + 1)",
                deadline: .init(millisecondsSinceEpoch: 0),
                invokedFunctionARN: "arn:f",
                event: ByteBuffer(string: event)
            )
        }
        self.acceptsInitializationError = acceptsInitializationError
    }

    func nextInvocation() async throws -> LambdaInvocation {
        guard !invocations.isEmpty else { throw CancellationError() }
        return invocations.removeFirst()
    }

    func reportResponse(_ response: ByteBuffer, for requestID: String) async throws {
        answers.append(.response(String(buffer: response), for: requestID))
    }

    func reportError(_ report: LambdaErrorReport, for requestID: String) async throws {
        answers.append(.failure(report, for: requestID))
    }

    func reportInitializationError(_ report: LambdaErrorReport) async throws -> Bool {
        if acceptsInitializationError { answers.append(.initializationError(report)) }
        return acceptsInitializationError
    }
}
