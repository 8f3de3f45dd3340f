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

    /// Carries a call out: it may wait, make the call never, once or more than once, and throw. A call that it makes no time
    /// has to end with an error.
    package typealias Carry =
        @Sendable (_ operation: Operation, _ call: () async throws -> Void) async throws -> Void

    private struct State {
        var counts: [Operation: Int] = [:]
        var choose: Choose?
        var carry: Carry?
    }

    private let state: Mutex<State>

    /// Makes a plan; nil lets every call through.
    package init(_ choose: Choose? = nil) {
        state = Mutex(State(choose: choose))
    }

    /// Makes a plan that carries every call out itself.
    package convenience init(carrying carry: @escaping Carry) {
        self.init()
        state.withLock { $0.carry = carry }
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
    ///
    /// - Parameters:
    ///   - operation: which call.
    ///   - isRepeatable: whether it may be made twice.
    ///   - body: makes it.
    /// - Returns: its answer.
    /// - Throws: what it throws, or what the plan has instead.
    package func around<Result>(
        _ operation: Operation,
        isRepeatable: Bool = true,
        _ body: () async throws -> Result
    ) async throws -> Result {
        if let carry = state.withLock({ $0.carry }) {
            var answer: Result?
            try await carry(operation) {
                if isRepeatable || answer == nil { answer = try await body() }
            }
            guard let answer else { throw CancellationError() }
            return answer
        }
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

    /// A sequence whose pulls are calls, as the plan has it; a plan of chosen calls lets the whole of it fail.
    package func sequence<Element: Sendable>(
        _ operation: Operation,
        _ base: any AsyncSequence<Element, any Error> & Sendable
    ) -> any AsyncSequence<Element, any Error> & Sendable {
        guard state.withLock({ $0.carry == nil }) else {
            return CarriedSequence(base: base, faults: self, operation: operation)
        }
        return next(operation).map { Replay([], failure: $0.error) } ?? base
    }
}

/// A sequence each of whose pulls is a call.
private struct CarriedSequence<Operation: Hashable & Sendable, Element: Sendable>: AsyncSequence, Sendable {
    typealias Failure = any Error

    let base: any AsyncSequence<Element, any Error> & Sendable
    let faults: Faults<Operation>
    let operation: Operation

    func makeAsyncIterator() -> Iterator {
        Iterator(base: base.makeAsyncIterator(), faults: faults, operation: operation)
    }

    struct Iterator: AsyncIteratorProtocol {
        var base: any AsyncIteratorProtocol<Element, any Error>
        let faults: Faults<Operation>
        let operation: Operation

        mutating func next() async throws -> Element? {
            var base = base
            defer { self.base = base }
            return try await faults.around(operation, isRepeatable: false) { try await base.next(isolation: nil) }
        }
    }
}
