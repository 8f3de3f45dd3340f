import Clocks
import SyncCore
import Synchronization

/// The time that one call has.
struct TransferTime: Sendable {
    let clock: any WallClock
    /// Nothing new is begun after it.
    let deadline: Timestamp
    /// When what is under way is given up; nil where it may take as long as it does.
    let cutOff: CutOff?
    /// Whether the process has been asked to end.
    let isStopping: @Sendable () -> Bool

    /// Whether nothing new may begin.
    var isLate: Bool { clock.now >= deadline || isStopping() }

    /// Whether something may begin that takes about so long: it would be fetched for nothing if it were given up.
    func allows(_ duration: Duration) -> Bool {
        let now = clock.now
        return !isLate && cutOff.map { now.advanced(by: duration) <= $0.parts } ?? true
    }

    /// Whether it is too late for what was under way.
    var isCutOff: Bool { cutOff.map { clock.now >= $0.parts } ?? false }

    /// Until when what is of no use any more is cleared away.
    var cleanUpLimit: CleanUpLimit? { cutOff.map { CleanUpLimit(end: $0.cleanUp, clock: clock) } }

    /// Runs `body`; when the process is about to end, it is cancelled.
    ///
    /// - Parameter body: what may take long.
    /// - Returns: what `body` returns; nil when it was cancelled.
    /// - Throws: what `body` throws.
    func unlessCutOff<Result: Sendable>(
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result? {
        guard let cutOff else { return try await body() }
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await clock.sleep(until: cutOff.everything, tolerance: nil)
                return nil
            }
            let first = try await group.next() ?? nil
            group.cancelAll()
            if let first { return first }
            // It may have come to its end all the same.
            while let last = await group.nextResult() {
                if case .success(let result?) = last { return result }
            }
            return nil
        }
    }

    /// Runs `body`, which says when the session is open; one that is not open when the process is about to end is given up.
    ///
    /// - Parameter body: opens a session and works in it. What is under way in it is given up file by file.
    /// - Throws: `SourceUnavailable` for a session that did not open in time; what `body` throws.
    func unlessClosedAtCutOff(
        _ body: @escaping @Sendable (_ isOpen: @escaping @Sendable () -> Void) async throws -> Void
    ) async throws {
        guard let cutOff else { return try await body {} }
        let isOpen = Mutex(false)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { @Sendable in
                try await body { isOpen.withLock { $0 = true } }
                return true
            }
            group.addTask {
                try await clock.sleep(until: cutOff.everything, tolerance: nil)
                return false
            }
            while try await group.next() == false {
                guard isOpen.withLock({ $0 }) else {
                    throw SyncError(.sourceUnavailable, "the source did not open before the function's time was up")
                }
            }
            group.cancelAll()
        }
    }
}
