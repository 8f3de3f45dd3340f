import Synchronization

/// Decides which calls of a store fail.
package final class Faults<Operation: Hashable & Sendable>: Sendable {
    /// What happens to one call.
    package struct Fault: Sendable {
        /// What the caller gets.
        package var error: any Error
        /// Whether the call takes effect all the same, as when only its answer is lost.
        package var isAfterDoing: Bool

        /// Makes a fault.
        package init(_ error: any Error, afterDoing isAfterDoing: Bool = false) {
            self.error = error
            self.isAfterDoing = isAfterDoing
        }
    }

    /// Is asked at every call: the operation, and its number among those of its kind, from 1.
    package typealias Choose = @Sendable (_ operation: Operation, _ number: Int) -> Fault?

    private struct State {
        var counts: [Operation: Int] = [:]
        var choose: Choose?
    }

    private let state: Mutex<State>

    /// Makes a plan; nil lets every call through.
    package init(_ choose: Choose? = nil) {
        state = Mutex(State(choose: choose))
    }

    /// Makes a plan in which the `number`th call of `operation` fails, and those that follow up to `last`.
    package convenience init(
        _ operation: Operation,
        _ number: Int = 1,
        through last: Int? = nil,
        _ error: any Error,
        afterDoing: Bool = false
    ) {
        self.init { called, count in
            called == operation && count >= number && count <= last ?? number
                ? Fault(error, afterDoing: afterDoing) : nil
        }
    }

    /// Changes the plan; calls are counted from 1 again.
    package func replace(with choose: Choose?) {
        state.withLock { $0 = State(choose: choose) }
    }

    /// The number of calls of an operation since the plan was made or changed.
    package func count(of operation: Operation) -> Int {
        state.withLock { $0.counts[operation] ?? 0 }
    }

    /// Runs one call as the plan has it.
    package func around<Result>(_ operation: Operation, _ body: () async throws -> Result) async throws -> Result {
        let fault = next(operation)
        if let fault, !fault.isAfterDoing { throw fault.error }
        let result = try await body()
        if let fault { throw fault.error }
        return result
    }

    /// The fault of the next call, for operations that give a sequence.
    package func next(_ operation: Operation) -> Fault? {
        let (choose, number) = state.withLock { state in
            state.counts[operation, default: 0] += 1
            return (state.choose, state.counts[operation, default: 0])
        }
        return choose?(operation, number)
    }
}
