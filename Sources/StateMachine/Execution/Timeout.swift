/// An operation took longer than it was given.
struct TimeoutExpired: Error {}

/// Runs an operation, and cancels it when it takes too long.
///
/// Returns only when the operation has ended, also after its time is up.
///
/// - Parameters:
///   - limit: The time that it is given, or `nil` for any.
///   - clock: The clock that measures it.
///   - operation: What to run.
/// - Returns: What the operation returns.
/// - Throws: `TimeoutExpired`, or what the operation throws.
func withTimeout<Value: Sendable>(
    _ limit: Duration?,
    clock: any InterpreterClock,
    operation: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    guard let limit else { return try await operation() }
    return try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await operation() }
        group.addTask {
            try await clock.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        guard let first = try await group.next(), let value = first else { throw TimeoutExpired() }
        return value
    }
}
