import FoundationEssentials
import LambdaRuntime
import NIOCore

/// Finds functions by name and invokes them: what both the Invoke API and in-process callers use.
struct InvocationService: Sendable {
    static let tooLarge = LocalLambdaError(
        .requestTooLarge,
        "Request must be smaller than \(LambdaLimits.requestBytes) bytes for the InvokeFunction operation"
    )

    let pools: [String: FunctionPool]
    let queues: [String: EventQueue]

    init(functions: [FunctionSpecification], options: LocalLambdaOptions) {
        let pools = functions.map { FunctionPool(specification: $0, options: options) }
        self.pools = Dictionary(pools.map { ($0.specification.name, $0) }) { $1 }
        queues = self.pools.mapValues { EventQueue(pool: $0, options: options) }
    }

    static func makeRequestID() -> String {
        UUID().uuidString.lowercased()
    }

    /// Invokes a function and waits for its answer; an empty payload stands for `{}`.
    func invoke(
        _ name: String,
        _ payload: ByteBuffer,
        requestID: String
    ) async throws(LocalLambdaError) -> LocalInvocationResult {
        let pool = try checkExists(name)
        return try await pool.invoke(try Self.check(payload), requestID: requestID)
    }

    /// Puts an event into the function's queue.
    func enqueue(_ payload: ByteBuffer, for name: String, requestID: String) throws(LocalLambdaError) {
        try checkExists(name)
        try queues[name]?.append(EventQueue.Event(payload: try Self.check(payload), requestID: requestID))
    }

    @discardableResult
    func checkExists(_ name: String) throws(LocalLambdaError) -> FunctionPool {
        guard let pool = pools[name] else {
            let arn = "arn:aws:lambda:us-east-1:000000000000:function:\(name)"
            throw LocalLambdaError(.functionNotFound, "Function not found: \(arn)")
        }
        return pool
    }

    /// Runs the processes and the queued events until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            for pool in pools.values { group.addTask { await pool.run() } }
            for queue in queues.values { group.addTask { await queue.run() } }
        }
    }

    private static func check(_ payload: ByteBuffer) throws(LocalLambdaError) -> ByteBuffer {
        guard payload.readableBytes > 0 else { return ByteBuffer(string: "{}") }
        guard payload.readableBytes <= LambdaLimits.requestBytes else { throw tooLarge }
        guard (try? JSONDecoder().decode(AnyJSON.self, from: Data(payload.readableBytesView))) != nil else {
            throw LocalLambdaError(.invalidRequestContent, "Could not parse request body into json")
        }
        return payload
    }

    /// Decodes from any JSON text: the decoder checks the whole text before it hands out a value.
    private struct AnyJSON: Decodable {
        init(from decoder: any Decoder) {}
    }
}
