import NIOCore
import Synchronization

/// Hands invocations to whoever asks for the next one, and answers back to whoever submitted them.
///
/// Both sides of a Runtime API server meet here. The rules are those of `StateMachine`; this type keeps the
/// continuations and resumes them outside its lock.
package final class InvocationQueue: Sendable {
    private typealias OutcomeContinuation = CheckedContinuation<InvocationOutcome, Never>
    private typealias PollContinuation = CheckedContinuation<LambdaInvocation, any Error>

    private struct State {
        var machine: StateMachine
        var submitters: [String: OutcomeContinuation] = [:]
        var pollers: [StateMachine.PollerID: PollContinuation] = [:]
        var readiness: [Int: CheckedContinuation<Void, Never>] = [:]
        var nextID = 0

        mutating func makeID() -> Int {
            nextID += 1
            return nextID
        }
    }

    private let state: Mutex<State>

    /// Makes a queue.
    ///
    /// - Parameter capacity: how many invocations may wait for a poller.
    package init(capacity: Int) {
        state = Mutex(State(machine: StateMachine(capacity: capacity)))
    }

    /// Why the queue is closed, or `nil` while it is open.
    package var closure: InvocationQueueClosure? {
        state.withLock { $0.machine.closure }
    }

    /// Submits an invocation and waits for its end.
    ///
    /// When the task is cancelled the invocation is given up and the outcome is `closed(.stopped)`.
    package func submit(_ invocation: LambdaInvocation) async -> InvocationOutcome {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let resume = state.withLock { Self.submit(invocation, continuation, in: &$0) }
                resume()
            }
        } onCancel: {
            abandon(invocation.requestID)
        }
    }

    /// Waits for the next invocation.
    ///
    /// - Throws: `CancellationError` when the task is cancelled, ``InvocationQueueClosure`` when the queue closes.
    package func poll() async throws -> LambdaInvocation {
        let poller = state.withLock { $0.makeID() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let resume = state.withLock { Self.poll(poller, continuation, in: &$0) }
                resume()
            }
        } onCancel: {
            let continuation = state.withLock { state in
                state.machine.cancelPoll(poller) ? state.pollers.removeValue(forKey: poller) : nil
            }
            continuation?.resume(throwing: CancellationError())
        }
    }

    /// Waits until an invocation has been asked for once or the queue is closed; returns early when cancelled.
    package func waitUntilPolled() async {
        let waiter = state.withLock { $0.makeID() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.machine.wasPolled || state.machine.closure != nil || Task.isCancelled { return true }
                    state.readiness[waiter] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.readiness.removeValue(forKey: waiter) }?.resume()
        }
    }

    /// Completes an invocation; returns whether the function had it and had not answered yet.
    package func complete(_ requestID: String, with outcome: InvocationOutcome) -> Bool {
        let (isKnown, continuation) = state.withLock { state in
            let isKnown = state.machine.complete(requestID)
            return (isKnown, isKnown ? state.submitters.removeValue(forKey: requestID) : nil)
        }
        continuation?.resume(returning: outcome)
        return isKnown
    }

    /// Closes the queue because the function could not start; returns `false` when it already works on an event.
    package func failInitialization(_ report: LambdaErrorReport) -> Bool {
        let resume = state.withLock { state in
            state.machine.failInitialization(report)
                .map { Self.release($0, because: .initializationFailed(report), in: &state) }
        }
        resume?()
        return resume != nil
    }

    /// Closes the queue and ends all that wait on it; later calls change nothing.
    package func close(_ reason: InvocationQueueClosure) {
        let resume = state.withLock { state in
            Self.release(state.machine.close(reason), because: reason, in: &state)
        }
        resume()
    }

    private func abandon(_ requestID: String) {
        let (delivered, continuation) = state.withLock { state in
            let delivered = state.machine.abandon(requestID)
            return (delivered, delivered == nil ? nil : state.submitters.removeValue(forKey: requestID))
        }
        continuation?.resume(returning: .closed(.stopped, delivered: delivered ?? false))
    }
}

// Each of these runs inside the lock and returns what to resume outside it.
extension InvocationQueue {
    private typealias Resume = () -> Void

    private static func submit(
        _ invocation: LambdaInvocation,
        _ continuation: OutcomeContinuation,
        in state: inout State
    ) -> Resume {
        // Cancellation before this point found nothing to give up, so it has to be seen here.
        guard !Task.isCancelled else {
            return { continuation.resume(returning: .closed(.stopped, delivered: false)) }
        }
        switch state.machine.submit(invocation) {
        case .wait:
            state.submitters[invocation.requestID] = continuation
            return {}
        case .deliver(let poller):
            state.submitters[invocation.requestID] = continuation
            let waiting = state.pollers.removeValue(forKey: poller)
            return { waiting?.resume(returning: invocation) }
        case .refuseFull:
            return { continuation.resume(returning: .queueFull) }
        case .refuseClosed(let reason):
            return { continuation.resume(returning: .closed(reason, delivered: false)) }
        }
    }

    private static func poll(
        _ poller: StateMachine.PollerID,
        _ continuation: PollContinuation,
        in state: inout State
    ) -> Resume {
        guard !Task.isCancelled else {
            return { continuation.resume(throwing: CancellationError()) }
        }
        let action = state.machine.poll(poller)
        let readiness = Array(state.readiness.values)
        state.readiness = [:]
        switch action {
        case .wait:
            state.pollers[poller] = continuation
            return { readiness.forEach { $0.resume() } }
        case .deliver(let invocation):
            return {
                readiness.forEach { $0.resume() }
                continuation.resume(returning: invocation)
            }
        case .refuseClosed(let reason):
            return {
                readiness.forEach { $0.resume() }
                continuation.resume(throwing: reason)
            }
        }
    }

    private static func release(
        _ action: StateMachine.CloseAction,
        because reason: InvocationQueueClosure,
        in state: inout State
    ) -> Resume {
        let waiting = action.waiting.compactMap { state.submitters.removeValue(forKey: $0) }
        let delivered = action.delivered.compactMap { state.submitters.removeValue(forKey: $0) }
        let pollers = action.pollers.compactMap { state.pollers.removeValue(forKey: $0) }
        let readiness = Array(state.readiness.values)
        state.readiness = [:]
        return {
            waiting.forEach { $0.resume(returning: .closed(reason, delivered: false)) }
            delivered.forEach { $0.resume(returning: .closed(reason, delivered: true)) }
            pollers.forEach { $0.resume(throwing: reason) }
            readiness.forEach { $0.resume() }
        }
    }
}
