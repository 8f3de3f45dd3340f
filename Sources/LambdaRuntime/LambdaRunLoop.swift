import Logging
import NIOCore

/// Takes events one after another and answers them. Knows the client's protocol only.
struct LambdaRunLoop<Client: LambdaRuntimeClientProtocol>: Sendable {
    let client: Client
    let logger: Logger
    /// Turns an error of a handler into what is told of it.
    let describe: @Sendable (any Error) -> LambdaErrorReport

    /// Runs until the task is cancelled or the client fails.
    ///
    /// - Throws: ``LambdaRuntimeError`` with code `startUpFailed` after a failed start was reported;
    ///   `CancellationError`; errors of the client.
    func run<Handler: BufferedLambdaHandler>(
        makeHandler: @escaping @Sendable () async throws -> Handler
    ) async throws {
        var (invocation, handler) = try await start(makeHandler)
        while true {
            try await answer(invocation, with: handler)
            invocation = try await client.nextInvocation()
        }
    }

    private func answer(_ invocation: LambdaInvocation, with handler: some BufferedLambdaHandler) async throws {
        var logger = logger
        for (key, value) in handler.logMetadata(for: invocation.event) { logger[metadataKey: key] = value }
        logger[metadataKey: "request.id"] = .string(invocation.requestID)
        if !invocation.traceID.isEmpty {
            logger[metadataKey: "trace.id"] = .string(invocation.traceID)
        }
        let context = LambdaContext(
            requestID: invocation.requestID,
            traceID: invocation.traceID,
            invokedFunctionARN: invocation.invokedFunctionARN,
            deadline: invocation.deadline,
            logger: logger
        )
        do {
            let output = try await handler.handle(invocation.event, context: context)
            guard output.readableBytes <= LambdaLimits.responseBytes else {
                throw LambdaRuntimeError(
                    .outputTooLarge,
                    "the response exceeds \(LambdaLimits.responseBytes) bytes"
                )
            }
            try await client.reportResponse(output, for: invocation.requestID)
        } catch let failure as LambdaRuntimeError where failure.code == .runtimeAPI {
            throw failure
        } catch {
            try Task.checkCancellation()
            let report = report(of: error)
            logger.error(
                "invocation failed",
                metadata: ["error.type": "\(report.errorType)", "error.message": "\(report.errorMessage)"]
            )
            try await client.reportError(report, for: invocation.requestID)
        }
    }

    private func report(of error: any Error) -> LambdaErrorReport {
        (error as? LambdaRuntimeError)?.report ?? describe(error)
    }
}

// The start: the handler is made while the first event is awaited, for the platform bills and delays nothing
// that happens meanwhile.
extension LambdaRunLoop {
    private enum StartEvent<Handler: Sendable>: Sendable {
        case invocation(LambdaInvocation)
        case handler(Handler)
        case failure(any Error)
    }

    private func start<Handler: BufferedLambdaHandler>(
        _ makeHandler: @escaping @Sendable () async throws -> Handler
    ) async throws -> (LambdaInvocation, Handler) {
        try await withThrowingTaskGroup(of: StartEvent<Handler>.self) { group in
            group.addTask { .invocation(try await client.nextInvocation()) }
            group.addTask {
                do {
                    return .handler(try await makeHandler())
                } catch {
                    return .failure(error)
                }
            }
            var invocation: LambdaInvocation?
            var handler: Handler?
            while let event = try await group.next() {
                switch event {
                case .invocation(let value): invocation = value
                case .handler(let value): handler = value
                case .failure(let error):
                    throw try await reportFailedStart(error, first: invocation) {
                        guard case .invocation(let value)? = try await group.next() else { return nil }
                        return value
                    }
                }
            }
            guard let invocation, let handler else { throw CancellationError() }
            return (invocation, handler)
        }
    }

    /// Tells of a failed start, as the start's failure while no event is there, else as the failure of that event.
    ///
    /// - Parameters:
    ///   - error: why the start failed.
    ///   - first: the first event, when it is there already.
    ///   - awaitFirst: waits for the event that has been asked for; called when the platform refuses the report
    ///     because it takes the question for the first event as the end of the start.
    /// - Returns: the error that ends the loop.
    /// - Throws: errors of the client, or `CancellationError`.
    private func reportFailedStart(
        _ error: any Error,
        first: LambdaInvocation?,
        awaitFirst: () async throws -> LambdaInvocation?
    ) async throws -> LambdaRuntimeError {
        try Task.checkCancellation()
        let report = report(of: error)
        let isTold: Bool
        if first == nil {
            isTold = try await client.reportInitializationError(report)
        } else {
            isTold = false
        }
        if !isTold {
            var invocation = first
            if invocation == nil { invocation = try await awaitFirst() }
            if let invocation {
                try await client.reportError(report, for: invocation.requestID)
            }
        }
        return LambdaRuntimeError(.startUpFailed, report.errorMessage, context: report)
    }
}
