import Dispatch

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Runs `body` and cancels it when the process gets SIGTERM or SIGINT.
///
/// Signals are taken through Dispatch sources: a C signal handler may call next to nothing, and it cannot resume a
/// task. The default action is switched off meanwhile, because a source only observes; it is switched on again at
/// the end.
///
/// - Parameters:
///   - signals: the numbers of the signals that end the work.
///   - body: the work; after a signal it is waited for, and its cancellation is not an error.
/// - Throws: what `body` throws, unless a signal came first and it threw because of its cancellation.
package func withShutdownSignals(
    _ signals: [Int32] = [SIGTERM, SIGINT],
    body: @escaping @Sendable () async throws -> Void
) async throws {
    let arrivals = ShutdownSignalSequence(signals)
    try await withThrowingTaskGroup(of: Bool.self) { group in
        group.addTask {
            try await body()
            return false
        }
        group.addTask { await arrivals.first() }
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

/// The first of some signals.
private struct ShutdownSignalSequence: Sendable {
    private let arrivals: AsyncStream<Void>

    init(_ signals: [Int32]) {
        arrivals = AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let queue = DispatchQueue(label: "shutdown-signals")
            let sources = signals.map { number in
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
                source.setEventHandler { continuation.yield() }
                source.resume()
                return UncheckedSource(source: source)
            }
            continuation.onTermination = { _ in
                for source in sources { source.source.cancel() }
                for number in signals { signal(number, SIG_DFL) }
            }
        }
    }

    /// Waits for a signal; returns `false` when the task is cancelled first.
    func first() async -> Bool {
        for await _ in arrivals { return true }
        return false
    }
}

/// Carries a source into the clean-up closure.
///
/// Invariant: `cancel()` is the only call made through it, and Dispatch allows that from any thread.
private struct UncheckedSource: @unchecked Sendable {
    let source: any DispatchSourceSignal
}
