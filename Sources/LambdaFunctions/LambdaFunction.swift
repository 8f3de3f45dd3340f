import AWSAdapters
import AWSClient
import Checksums
import Clocks
import Downloading
import FoundationEssentials
import HTTPTransport
import LambdaRuntime
import Listing
import Logging
import NIOCore
package import Pipeline
import Providers
import SyncCore

/// Runs one function of the pipeline as this process, until it is told to end.
///
/// Settings are read and clients are made while the first event is awaited. A failed start is reported to the platform
/// under a stable error name.
package func runLambdaFunction(_ function: PipelineFunction) async -> Never {
    let environment = ProcessInfo.processInfo.environment
    let configuration = LambdaRuntimeConfiguration(
        environment: environment,
        functionTimeout: function.timeout,
        describe: { LambdaErrorReport(reporting: $0) }
    )
    let logger = configuration.logger
    let runtime = LambdaRuntime<PipelineHandler>(
        configuration: configuration,
        makeBufferedHandler: {
            let settings = try FunctionEnvironment(environment)
            var transport = try TransportConfiguration(environment: environment)
            // Besides what is being stored, S3 is asked for other things, which should not wait for it.
            transport.connectionsPerHost = settings.downloading.storesInFlight + 4
            // Lives as long as the process.
            let executor = try AsyncHTTPClientTransport(transport)
            let processes = function == .downloader ? settings.listing.maxConcurrent ?? function.concurrency : 1
            let telemetry = Telemetry(environment, deployment: settings.deployment, logger: logger)
            let deadline = CallDeadline()
            // The processes of one function share the pace at which a service is asked.
            let providers = try ProviderDescription.makeAll(
                environment: environment,
                executor: executor,
                clock: SystemClock(),
                processes: processes
            )
            let standIn = StandInSecretStore(environment, providers, logger: logger)
            if settings.secretID == nil { standIn.say() }
            let pipeline = try settings.pipeline(
                executor: executor,
                providers: providers,
                standIn: standIn,
                makeHasher: { SHA256Hasher() },
                // A third of the time, so that a service that does not answer is asked twice and told of.
                timeout: min(.seconds(60), function.timeout / 3),
                deadline: deadline,
                metrics: telemetry.metrics,
                tracer: telemetry.tracer,
                logger: logger
            )
            return PipelineHandler(
                function: function,
                pipeline: pipeline,
                telemetry: telemetry,
                callDeadline: deadline,
                timeoutBuffer: settings.timeoutBuffer
            )
        }
    )
    await runtime.runUntilExit()
}

/// Hands events to a function of the pipeline.
struct PipelineHandler: BufferedLambdaHandler {
    let function: PipelineFunction
    let pipeline: Pipeline
    let telemetry: Telemetry
    let callDeadline: CallDeadline
    let timeoutBuffer: Duration

    func handle(_ event: ByteBuffer, context: LambdaContext) async throws -> ByteBuffer {
        let end = Timestamp(milliseconds: context.deadline.millisecondsSinceEpoch)
        // Half a second is left to answer in.
        callDeadline.set(Date(timeIntervalSince1970: Double(end.milliseconds) / 1000 - 0.5))
        return try await telemetry.observing(context) {
            let answer = try await pipeline.run(
                function,
                event: event.readableBytesView,
                deadline: deadline(before: end),
                end: end,
                logger: context.logger
            )
            return ByteBuffer(bytes: answer)
        }
    }

    func logMetadata(for event: ByteBuffer) -> Logger.Metadata {
        Correlation(event: event.readableBytesView).logMetadata
    }

    /// Some time before the invocation ends; half of what is left where that is less than the buffer.
    private func deadline(before end: Timestamp) -> Timestamp {
        let remaining = pipeline.clock.now.duration(to: end)
        return end.advanced(by: .zero - min(timeoutBuffer, remaining / 2))
    }
}

extension LambdaErrorReport {
    /// What the state machine is told: the stable name that its Retry and Catch go by, and a sentence without secrets.
    init(reporting error: any Error) {
        switch error {
        case let error as SyncError:
            self.init(errorType: error.name.rawValue, errorMessage: error.message)
        case let error as TransportError where error.code == .invalidConfiguration:
            self.init(errorType: SyncError.Name.invalidConfiguration.rawValue, errorMessage: error.message)
        default:
            self.init(describing: error)
        }
    }
}
