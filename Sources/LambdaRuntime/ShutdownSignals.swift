package import UnixSignals

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Runs `body` and cancels it when the process gets SIGTERM or SIGINT. What signals usually do holds again afterwards.
///
/// - Parameters:
///   - signals: the signals that end the work.
///   - body: the work; after a signal it is waited for, and its cancellation is not an error.
/// - Throws: what `body` throws, unless a signal came first and it threw because of its cancellation.
package func withShutdownSignals(
    _ signals: [UnixSignal] = [.sigterm, .sigint],
    body: @escaping @Sendable () async throws -> Void
) async throws {
    let arrivals = await UnixSignalsSequence(trapping: signals)
    defer { for one in signals { signal(one.rawValue, SIG_DFL) } }
    try await withThrowingTaskGroup(of: Bool.self) { group in
        group.addTask {
            try await body()
            return false
        }
        group.addTask {
            for await _ in arrivals { return true }
            return false
        }
        let isSignal = try await group.next() ?? false
        group.cancelAll()
        guard isSignal else { return }
        do {
            while try await group.next() != nil {}
        } catch is CancellationError {
            // What the signal asked for.
        } catch is InvocationQueueClosure {
            // The local queue ended together with the work.
        }
    }
}
