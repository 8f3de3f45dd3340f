/// Waits until something holds that another task brings about.
///
/// - Throws: `CancellationError` when the test is cancelled, as its time limit does.
nonisolated(nonsending) package func eventually(_ condition: () async throws -> Bool) async throws {
    while try await !condition() {
        try Task.checkCancellation()
        await Task.yield()
    }
}
