import Synchronization

package import struct FoundationEssentials.Date

/// Until when whoever calls at the moment has time, where one process serves one call after the other.
///
/// No attempt of a request starts after it, and none is waited for beyond it: a service that does not answer is told as an
/// error, and not by the end of the process.
package final class CallDeadline: Sendable {
    private let state = Mutex<Date?>(nil)

    /// Makes one that is not set.
    package init() {}

    /// The deadline; nil where there is none.
    package var date: Date? { state.withLock { $0 } }

    /// Sets the deadline of the call that begins.
    package func set(_ date: Date?) { state.withLock { $0 = date } }
}
