extension InvocationQueue {
    /// The rules of a queue, without I/O: invocations wait for pollers or pollers for invocations, never both.
    ///
    /// An invocation is waiting, then delivered to exactly one poller, then completed exactly once. Closing completes
    /// all of them and is final.
    struct StateMachine {
        typealias PollerID = Int

        enum SubmitAction: Equatable {
            case wait
            case deliver(to: PollerID)
            case refuseFull
            case refuseClosed(InvocationQueueClosure)
        }

        enum PollAction: Equatable {
            case wait
            case deliver(LambdaInvocation)
            case refuseClosed(InvocationQueueClosure)
        }

        /// Invocations and pollers to release when the queue closes.
        struct CloseAction: Equatable {
            var waiting: [String] = []
            var delivered: [String] = []
            var pollers: [PollerID] = []
        }

        private let capacity: Int
        private var waiting: [LambdaInvocation] = []
        private var pollers: [PollerID] = []
        private var delivered: Set<String> = []
        private(set) var closure: InvocationQueueClosure?
        private(set) var wasPolled = false

        init(capacity: Int) {
            self.capacity = capacity
        }

        mutating func submit(_ invocation: LambdaInvocation) -> SubmitAction {
            if let closure { return .refuseClosed(closure) }
            if !pollers.isEmpty {
                delivered.insert(invocation.requestID)
                return .deliver(to: pollers.removeFirst())
            }
            guard waiting.count < capacity else { return .refuseFull }
            waiting.append(invocation)
            return .wait
        }

        mutating func poll(_ poller: PollerID) -> PollAction {
            if let closure { return .refuseClosed(closure) }
            wasPolled = true
            guard !waiting.isEmpty else {
                pollers.append(poller)
                return .wait
            }
            let invocation = waiting.removeFirst()
            delivered.insert(invocation.requestID)
            return .deliver(invocation)
        }

        /// Takes a poller back; returns whether it was still waiting.
        mutating func cancelPoll(_ poller: PollerID) -> Bool {
            guard let index = pollers.firstIndex(of: poller) else { return false }
            pollers.remove(at: index)
            return true
        }

        /// Notes an answer; returns whether the function had that invocation and had not answered it yet.
        mutating func complete(_ requestID: String) -> Bool {
            delivered.remove(requestID) != nil
        }

        /// Takes an invocation back whose caller went away; returns whether the function had it, or `nil` when it
        /// is unknown.
        mutating func abandon(_ requestID: String) -> Bool? {
            if delivered.remove(requestID) != nil { return true }
            guard let index = waiting.firstIndex(where: { $0.requestID == requestID }) else { return nil }
            waiting.remove(at: index)
            return false
        }

        /// Closes the queue because the function could not start; `nil` when it already works on an event, for then
        /// the failure belongs to that event.
        mutating func failInitialization(_ report: LambdaErrorReport) -> CloseAction? {
            guard closure == nil, delivered.isEmpty else { return nil }
            return close(.initializationFailed(report))
        }

        /// Closes the queue; the first reason stays.
        mutating func close(_ reason: InvocationQueueClosure) -> CloseAction {
            guard closure == nil else { return CloseAction() }
            closure = reason
            let action = CloseAction(
                waiting: waiting.map(\.requestID),
                delivered: delivered.sorted(),
                pollers: pollers
            )
            waiting = []
            delivered = []
            pollers = []
            return action
        }
    }
}
