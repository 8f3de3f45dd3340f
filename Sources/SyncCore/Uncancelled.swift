/// Runs what has to be whole once it has begun, even when the task that asks for it is cancelled meanwhile.
///
/// The one task that is made here is always waited for. Nothing may run in it that takes long.
func uncancelled<Result: Sendable>(
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await Task { try await body() }.value
}
