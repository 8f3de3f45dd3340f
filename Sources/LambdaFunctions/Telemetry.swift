import AWSAdapters
import LambdaRuntime
import Logging
import SyncCore
import Tracing

/// What a function tells of its invocations besides its logs: metrics on standard output, spans to the X-Ray daemon.
struct Telemetry: Sendable {
    let metrics: SyncMetrics
    let tracer: XRayTracer
    private let embedded: EmbeddedMetrics
    private let daemon: XRayDaemon?

    /// Reads `AWS_XRAY_DAEMON_ADDRESS`. Without a daemon there are no traces, which keeps nobody from working.
    init(_ environment: [String: String], deployment: String, logger: Logger) {
        embedded = EmbeddedMetrics(deployment: deployment, write: StandardOutput.write)
        metrics = SyncMetrics(factory: embedded)
        let address = environment["AWS_XRAY_DAEMON_ADDRESS"].flatMap { $0.isEmpty ? nil : $0 }
        let daemon = address.flatMap { XRayDaemon(address: $0) }
        if address != nil, daemon == nil {
            logger.warning("no traces: AWS_XRAY_DAEMON_ADDRESS is not the host:port of a daemon in reach")
        }
        self.daemon = daemon
        tracer = XRayTracer { daemon?.send($0) }
    }

    /// Runs an invocation within the trace that it belongs to, and writes its metrics whatever comes of it.
    func observing<Result: Sendable>(
        _ context: LambdaContext,
        _ body: () async throws -> Result
    ) async throws -> Result {
        defer { finish(context.logger) }
        var trace = ServiceContext.topLevel
        if daemon != nil {
            tracer.extract(
                [XRayTracer.headerName: context.traceID],
                into: &trace,
                using: TraceHeaderCarrier()
            )
        }
        return try await ServiceContext.withValue(trace) { try await body() }
    }

    /// Comes before the answer is given: afterwards the process may be frozen.
    private func finish(_ logger: Logger) {
        if let bytes = ProcessMemory.peak() { metrics.memory(bytes: bytes) }
        embedded.flush()
        if let dropped = daemon?.takeDropped(), dropped > 0 {
            logger.debug("spans dropped", metadata: ["spans": "\(dropped)"])
        }
    }
}
