extension FunctionPool {
    /// Which process takes the next invocation, without I/O.
    ///
    /// A process is idle or busy. Busy and idle together never exceed the limit, because a process is started only
    /// when none is idle.
    struct StateMachine {
        typealias ProcessID = Int

        enum AcquireAction: Equatable {
            /// Use this process, which has answered before.
            case reuse(ProcessID)
            /// Start a process under this id.
            case start(ProcessID)
            /// All that may run are busy.
            case throttle
        }

        private let limit: Int
        private var idle: [ProcessID] = []
        private var busy: Set<ProcessID> = []
        private var lastID = 0

        init(limit: Int) {
            self.limit = limit
        }

        mutating func acquire() -> AcquireAction {
            // The one used last is the one most likely to be in the caches.
            if let process = idle.popLast() {
                busy.insert(process)
                return .reuse(process)
            }
            guard busy.count < limit else { return .throttle }
            lastID += 1
            busy.insert(lastID)
            return .start(lastID)
        }

        /// Gives a process back after an answer; one that is gone stays gone.
        mutating func release(_ process: ProcessID) {
            if busy.remove(process) != nil { idle.append(process) }
        }

        /// Forgets a process that has ended.
        mutating func retire(_ process: ProcessID) {
            busy.remove(process)
            idle.removeAll { $0 == process }
        }

        var count: Int { idle.count + busy.count }
    }
}
