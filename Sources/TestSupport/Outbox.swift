import Logging
package import SyncCore
import Synchronization

/// Keeps what people would have been told.
package final class Outbox: Sendable {
    private struct State {
        var notices: [Notice] = []
        var failure: (any Error)?
    }

    private let state = Mutex(State())

    /// Makes an empty outbox.
    package init() {}

    /// What was handed over so far.
    package var notices: [Notice] { state.withLock { $0.notices } }

    /// Lets every notice fail; nil takes them.
    package func fail(with error: (any Error)?) {
        state.withLock { $0.failure = error }
    }

    /// The port.
    package var notify: Notifier {
        { notice, _ in
            try self.state.withLock { state in
                if let failure = state.failure { throw failure }
                state.notices.append(notice)
            }
        }
    }
}
