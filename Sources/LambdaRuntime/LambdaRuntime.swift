import Logging

/// Runs one function: under the Lambda Runtime API where the platform names one, else behind a local HTTP server.
///
/// ```swift
/// let runtime = LambdaRuntime(configuration: configuration) {
///     Lister(store: try await Store.connect())
/// }
/// await runtime.runUntilExit()
/// ```
package struct LambdaRuntime<Handler: BufferedLambdaHandler>: Sendable {
    let configuration: LambdaRuntimeConfiguration
    private let makeHandler: @Sendable () async throws -> Handler

    /// Makes a runtime whose handler is made while the first event is awaited.
    ///
    /// - Parameters:
    ///   - configuration: environment, logger, mapping of errors.
    ///   - makeHandler: reads settings and builds clients; what it throws is reported as a failed start.
    package init<Base: LambdaHandler>(
        configuration: LambdaRuntimeConfiguration = LambdaRuntimeConfiguration(),
        makeHandler: @escaping @Sendable () async throws -> Base
    ) where Handler == LambdaCodableAdapter<Base> {
        self.configuration = configuration
        self.makeHandler = { LambdaCodableAdapter(handler: try await makeHandler()) }
    }

    /// Makes a runtime of a handler over bytes, which is made while the first event is awaited.
    package init(
        configuration: LambdaRuntimeConfiguration,
        makeBufferedHandler: @escaping @Sendable () async throws -> Handler
    ) {
        self.configuration = configuration
        makeHandler = makeBufferedHandler
    }

    /// Makes a runtime of a handler that needs no preparation.
    package init<Base: LambdaHandler>(
        handler: Base,
        configuration: LambdaRuntimeConfiguration = LambdaRuntimeConfiguration()
    ) where Handler == LambdaCodableAdapter<Base> {
        self.init(configuration: configuration, makeHandler: { handler })
    }

    /// Makes a runtime of a closure over an event and a context.
    package init<Event, Output>(
        configuration: LambdaRuntimeConfiguration = LambdaRuntimeConfiguration(),
        body: @escaping @Sendable (Event, LambdaContext) async throws -> Output
    ) where Handler == LambdaCodableAdapter<ClosureHandler<Event, Output>> {
        self.init(handler: ClosureHandler(body: body), configuration: configuration)
    }

    /// Runs until the task is cancelled or the process is told to end by SIGTERM or SIGINT.
    ///
    /// Returns after a signal. A handler at work is cancelled by it and waited for.
    ///
    /// - Throws: ``LambdaRuntimeError`` with code `startUpFailed` when the handler could not be made, after this was
    ///   reported; `invalidConfiguration` for a variable that cannot be used; `runtimeAPI` when the platform is out
    ///   of reach; `CancellationError` when the task is cancelled.
    package func run() async throws {
        try await withShutdownSignals {
            try await runUntilCancelled()
        }
    }

    /// Runs as ``run()`` does, without attention to signals.
    ///
    /// - Throws: as ``run()`` does.
    package func runUntilCancelled() async throws {
        let environment = configuration.environment
        if let endpoint = environment["AWS_LAMBDA_RUNTIME_API"] {
            try await loop(over: RuntimeAPIClient(endpoint: endpoint), makeHandler: makeHandler)
            return
        }
        let server = try LocalInvocationServer(
            environment: environment,
            functionTimeout: configuration.functionTimeout
        )
        try await server.run { client, port in
            try await loop(over: client) {
                let handler = try await makeHandler()
                // Only now, so that a failed start leaves one line and no invitation.
                configuration.logger.info(
                    "local server listens",
                    metadata: ["url": "http://127.0.0.1:\(port)/invoke"]
                )
                return handler
            }
        }
    }

    private func loop(
        over client: some LambdaRuntimeClientProtocol,
        makeHandler: @escaping @Sendable () async throws -> Handler
    ) async throws {
        try await LambdaRunLoop(client: client, logger: configuration.logger, describe: configuration.describe)
            .run(makeHandler: makeHandler)
    }
}
