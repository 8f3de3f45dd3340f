import LambdaRuntime
package import NIOCore

/// The functions of a running local service.
package struct LocalLambdaServer: Sendable {
    /// The loopback port of the Invoke API.
    package let port: Int
    private let service: InvocationService

    init(port: Int, service: InvocationService) {
        self.port = port
        self.service = service
    }

    /// Invokes a function and waits for its answer.
    ///
    /// When the task is cancelled, the process that works on the event is killed.
    ///
    /// - Parameters:
    ///   - name: the function's name.
    ///   - payload: the event as JSON; empty stands for `{}`.
    /// - Returns: the response, or the failure as a result with `isFunctionError` set.
    /// - Throws: ``LocalLambdaError`` when the event did not reach a process.
    package func invoke(_ name: String, _ payload: ByteBuffer) async throws -> LocalInvocationResult {
        try await service.invoke(name, payload, requestID: InvocationService.makeRequestID())
    }
}

/// Runs functions as processes of this machine, and the Invoke API for them on 127.0.0.1, while `body` runs.
///
/// Processes are started when they are needed. At the end of the scope all get SIGTERM, and SIGKILL after a grace;
/// the scope ends when all have ended.
///
/// ```swift
/// try await withLocalLambda(functions: [lister], options: options) { server in
///     let answer = try await server.invoke("lister", ByteBuffer(string: "{}"))
/// }
/// ```
///
/// - Parameters:
///   - functions: what can be invoked; of several with one name the last counts.
///   - options: port, environment, sinks.
///   - body: is given the running service.
/// - Returns: what `body` returns.
/// - Throws: what `body` throws, or an I/O error when the port cannot be had.
package func withLocalLambda<Result: Sendable>(
    functions: [FunctionSpecification],
    options: LocalLambdaOptions,
    body: (LocalLambdaServer) async throws -> Result
) async throws -> Result {
    let service = InvocationService(functions: functions, options: options)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await service.run() }
        let result = try await withLoopbackServer(
            InvokeAPI.options(port: options.port),
            handler: InvokeAPI(service: service).respond
        ) { port in
            try await body(LocalLambdaServer(port: port, service: service))
        }
        group.cancelAll()
        return result
    }
}
