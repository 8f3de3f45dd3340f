import LambdaRuntime
import Logging
import NIOCore

/// One process of a function with a Runtime API of its own.
final class FunctionProcess: Sendable {
    let id: Int
    private let specification: FunctionSpecification
    private let queue = InvocationQueue(capacity: 1)
    private let kills: AsyncStream<Void>
    private let killsContinuation: AsyncStream<Void>.Continuation

    init(id: Int, specification: FunctionSpecification) {
        self.id = id
        self.specification = specification
        (kills, killsContinuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Runs the process to its end; when the task is cancelled, the process gets SIGTERM and later SIGKILL.
    func run(with options: LocalLambdaOptions) async {
        guard queue.closure == nil else { return }
        let server = RuntimeAPIServer(queue: queue)
        do {
            let end = try await withLoopbackServer(RuntimeAPIServer.options, handler: server.respond) { port in
                try await ChildProcess(
                    executablePath: specification.executablePath,
                    environment: specification.processEnvironment(
                        inherited: options.environment,
                        runtimeAPIPort: port
                    ),
                    grace: options.terminationGrace
                ).run(killed: kills) { stream, text in
                    options.output(FunctionOutputLine(function: self.specification.name, stream: stream, text: text))
                }
            }
            queue.close(Task.isCancelled ? .stopped : .workerFailed(Self.report(of: end)))
        } catch {
            options.logger.debug(
                "function process could not be started",
                metadata: ["function": "\(specification.name)", "error": "\(error)"]
            )
            queue.close(
                Task.isCancelled
                    ? .stopped
                    : .workerFailed(
                        LambdaErrorReport(
                            errorType: "Runtime.InvalidEntrypoint",
                            errorMessage: "the executable of the function cannot be started"
                        )
                    )
            )
        }
    }

    /// Waits until the process has asked for its first event; one that takes longer than the limit is killed.
    func waitUntilReady(limit: Duration) async {
        await withDeadline(limit, clock: ContinuousClock(), report: Self.startTimeout(limit)) {
            await self.queue.waitUntilPolled()
        }
    }

    /// Hands the process an event and waits for the answer; a process that takes too long is killed.
    func invoke(_ payload: ByteBuffer, requestID: String, clock: any Clock<Duration>) async -> InvocationOutcome {
        let invocation = LambdaInvocation(
            requestID: requestID,
            deadline: LambdaClock().now.advanced(by: specification.timeout),
            invokedFunctionARN: specification.arn,
            event: payload
        )
        return await withDeadline(specification.timeout, clock: clock, report: timeout) {
            await self.queue.submit(invocation)
        }
    }

    /// Kills the process, if it runs, and ends the invocation at work.
    func end(because reason: InvocationQueueClosure) {
        queue.close(reason)
        killsContinuation.yield()
    }

    /// Ends the process when `body` takes longer than the limit; `body` then returns because the queue is closed.
    private func withDeadline<Result: Sendable>(
        _ limit: Duration,
        clock: any Clock<Duration>,
        report: LambdaErrorReport,
        body: @escaping @Sendable () async -> Result
    ) async -> Result {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                // Sleeping throws when the body was faster: nothing is left to do then.
                guard (try? await clock.sleep(for: limit)) != nil else { return }
                self.end(because: .workerFailed(report))
            }
            let result = await body()
            group.cancelAll()
            return result
        }
    }

    private var timeout: LambdaErrorReport {
        let hundredths = Int(specification.timeout / .milliseconds(10))
        let fraction = hundredths % 100
        return LambdaErrorReport(
            errorType: "Sandbox.Timedout",
            errorMessage: "Task timed out after \(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) seconds"
        )
    }

    private static func startTimeout(_ limit: Duration) -> LambdaErrorReport {
        LambdaErrorReport(
            errorType: "Sandbox.Timedout",
            errorMessage: "Task did not ask for an event within \(limit.components.seconds) seconds of its start"
        )
    }

    private static func report(of end: ChildProcess.End) -> LambdaErrorReport {
        let reason =
            switch end {
            case .exited(let status): "exit status \(status)"
            case .signalled(let number): "signal \(number)"
            }
        return LambdaErrorReport(errorType: "Runtime.ExitError", errorMessage: "Runtime exited with error: \(reason)")
    }
}
