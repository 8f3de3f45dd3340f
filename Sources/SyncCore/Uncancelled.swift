package import Clocks

/// Runs what has to be whole once it has begun, even when the task that asks for it is cancelled meanwhile.
///
/// The one task that is made here is always waited for. Nothing may run in it that takes long.
///
/// - Throws: what `body` throws.
package func uncancelled<Result: Sendable>(
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await Task { try await body() }.value
}

/// When clean-up is given up, because the process ends soon whatever it does.
package struct CleanUpLimit: Sendable {
    let end: Timestamp
    let clock: any WallClock

    /// Ends what is cleaned up at a moment.
    package init(end: Timestamp, clock: any WallClock) {
        self.end = end
        self.clock = clock
    }
}

/// Cleans up, even when the task that asks for it is cancelled.
///
/// The one task that is made here is always waited for.
///
/// - Parameters:
///   - limit: when `body` is cancelled; nil where nobody ends the process.
///   - body: what to do. It has to end soon when it is cancelled.
package func cleanUp(until limit: CleanUpLimit?, _ body: @escaping @Sendable () async -> Void) async {
    guard let limit else { return await Task { await body() }.value }
    await Task {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await body() }
            // Cancelled as soon as there is nothing to wait for any more.
            group.addTask { try? await limit.clock.sleep(until: limit.end, tolerance: nil) }
            await group.next()
            group.cancelAll()
        }
    }.value
}
