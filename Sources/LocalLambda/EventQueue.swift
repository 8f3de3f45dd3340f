import LambdaRuntime
import Logging
import NIOCore

/// Events that nobody waits for, worked off one after another.
///
/// The service would run several at once and repeat failed ones twice; here each runs once, and one that finds
/// all processes busy is tried again.
struct EventQueue: Sendable {
    struct Event: Sendable {
        let payload: ByteBuffer
        let requestID: String
    }

    static let capacity = 100

    private let pool: FunctionPool
    private let options: LocalLambdaOptions
    private let events: AsyncStream<Event>
    private let continuation: AsyncStream<Event>.Continuation

    init(pool: FunctionPool, options: LocalLambdaOptions) {
        self.pool = pool
        self.options = options
        (events, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.capacity))
    }

    func append(_ event: Event) throws(LocalLambdaError) {
        switch continuation.yield(event) {
        case .enqueued: return
        case .dropped: throw LocalLambdaError(.tooManyRequests, "\(Self.capacity) events are waiting already")
        default: throw LocalLambdaError(.stopped, "the local service is ending")
        }
    }

    func run() async {
        for await event in events { await handle(event) }
    }

    private func handle(_ event: Event) async {
        while !Task.isCancelled {
            do {
                let result = try await pool.invoke(event.payload, requestID: event.requestID)
                options.logger.debug(
                    "event handled",
                    metadata: ["request.id": "\(event.requestID)", "failed": "\(result.isFunctionError)"]
                )
                return
            } catch  where error.isRetryable {
                // Ends early only when cancelled, which the loop sees.
                try? await options.clock.sleep(for: .milliseconds(250))
            } catch {
                options.logger.debug("event dropped", metadata: ["request.id": "\(event.requestID)"])
                return
            }
        }
    }
}
