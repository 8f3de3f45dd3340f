import Clocks
import SyncCore
import Synchronization

/// When what is under way is given up, because the process ends soon whatever it does.
///
/// Between the moment after which nothing new is begun and the end, two thirds are for finishing what is under way. Ranges
/// are given up then, so that what is stored of their file can be noted; everything else a little later, and what that
/// leaves behind is cleared away for a little longer.
struct CutOff: Sendable {
    /// When the parts of files that can be gone on with are given up.
    let parts: Timestamp
    /// When everything is given up.
    let everything: Timestamp
    /// When clearing away is given up as well. The rest is for the answer.
    let cleanUp: Timestamp

    /// Divides the time between `deadline` and `end`.
    init(deadline: Timestamp, end: Timestamp) {
        let left = max(deadline.duration(to: end), .zero)
        parts = deadline.advanced(by: left * 2 / 3)
        everything = deadline.advanced(by: left * 5 / 6)
        cleanUp = deadline.advanced(by: left * 9 / 10)
    }
}

extension BatchWork {
    /// Whether something may begin that takes about so long: it would be fetched for nothing if it were given up.
    func hasTime(for duration: Duration) -> Bool {
        let now = clock.now
        return !isLate && cutOff.map { now.advanced(by: duration) <= $0.parts } ?? true
    }

    /// Whether it is too late for what was under way.
    var isCutOff: Bool { cutOff.map { clock.now >= $0.parts } ?? false }

    /// Until when what is of no use any more is cleared away.
    var cleanUpLimit: CleanUpLimit? { cutOff.map { CleanUpLimit(end: $0.cleanUp, clock: clock) } }

    /// Throws an upload away, as far as that is possible before the process ends.
    func abandon(_ upload: MultipartUpload) async {
        await mirror.abandon(upload, until: cleanUpLimit)
    }

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
