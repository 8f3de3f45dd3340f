import FoundationEssentials
import LambdaRuntime
import Logging
import NIOCore
import Synchronization

/// The processes of one function.
///
/// A process handles one invocation at a time; an invocation that finds none idle starts one, up to the function's
/// concurrency. Processes live until they end, are killed for a time-out, or the scope of ``run()`` ends.
final class FunctionPool: Sendable {
    private struct State {
        var machine: StateMachine
        var processes: [StateMachine.ProcessID: FunctionProcess] = [:]
    }

    let specification: FunctionSpecification
    private let options: LocalLambdaOptions
    private let state: Mutex<State>
    private let starts: AsyncStream<FunctionProcess>
    private let startsContinuation: AsyncStream<FunctionProcess>.Continuation

    init(specification: FunctionSpecification, options: LocalLambdaOptions) {
        self.specification = specification
        self.options = options
        state = Mutex(State(machine: StateMachine(limit: specification.concurrency)))
        // No more starts than processes can be outstanding, but for some that were given up in the meantime.
        (starts, startsContinuation) = AsyncStream.makeStream(
            bufferingPolicy: .bufferingOldest(specification.concurrency * 2)
        )
    }

    /// Runs the processes that invocations ask for, until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await process in starts {
                group.addTask {
                    await process.run(with: self.options)
                    self.retire(process)
                }
            }
        }
        for process in state.withLock({ Array($0.processes.values) }) {
            process.end(because: .stopped)
        }
    }

    /// Invokes the function once.
    ///
    /// When the task is cancelled, the process that works on the event is killed.
    ///
    /// - Throws: ``LocalLambdaError`` with code `tooManyRequests` or `stopped`.
    func invoke(_ payload: ByteBuffer, requestID: String) async throws(LocalLambdaError) -> LocalInvocationResult {
        while true {
            let (process, isFresh) = try acquire()
            if isFresh { await process.waitUntilReady(limit: options.startLimit) }
            let outcome = await process.invoke(payload, requestID: requestID, clock: options.clock)
            if case .closed(_, delivered: false) = outcome, !isFresh, !Task.isCancelled {
                // It ended between two invocations; the event is untouched.
                retire(process)
                continue
            }
            return try result(of: outcome, from: process, requestID: requestID)
        }
    }

    private func acquire() throws(LocalLambdaError) -> (FunctionProcess, isFresh: Bool) {
        let acquired: (process: FunctionProcess, isFresh: Bool)? = state.withLock { state in
            switch state.machine.acquire() {
            case .throttle:
                return nil
            case .reuse(let id):
                return state.processes[id].map { ($0, false) }
            case .start(let id):
                let process = FunctionProcess(id: id, specification: specification)
                state.processes[id] = process
                return (process, true)
            }
        }
        guard let (process, isFresh) = acquired else {
            throw LocalLambdaError(.tooManyRequests, "Rate Exceeded.")
        }
        if isFresh, case .terminated = startsContinuation.yield(process) {
            process.end(because: .stopped)
        }
        return (process, isFresh)
    }

    private func result(
        of outcome: InvocationOutcome,
        from process: FunctionProcess,
        requestID: String
    ) throws(LocalLambdaError) -> LocalInvocationResult {
        switch outcome {
        case .response(let payload):
            release(process)
            return .response(payload, for: requestID)
        case .failure(let report):
            release(process)
            return .failure(report, for: requestID)
        case .closed(.initializationFailed(let report), _):
            retire(process)
            return .failure(report, for: requestID)
        case .closed(.workerFailed(var report), _):
            retire(process)
            report.errorMessage = "RequestId: \(requestID) Error: \(report.errorMessage)"
            return .failure(report, for: requestID)
        case .closed(.stopped, _), .queueFull:
            process.end(because: .stopped)
            retire(process)
            throw LocalLambdaError(.stopped, "the local service is ending")
        }
    }

    private func release(_ process: FunctionProcess) {
        state.withLock { $0.machine.release(process.id) }
    }

    private func retire(_ process: FunctionProcess) {
        state.withLock { state in
            state.machine.retire(process.id)
            state.processes[process.id] = nil
        }
    }
}
