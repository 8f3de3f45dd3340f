package import FoundationEssentials
package import HTTPTransport
package import Logging
import Synchronization
package import Tracing

/// Sends requests to AWS: signed, repeated where that helps, with every failure as an ``AWSError``.
///
/// One client serves all services of one region. It holds no connections itself, so there is nothing to shut down.
package final class AWSClient: Sendable {
    /// The region that requests are signed for.
    package let region: Region
    /// Where the services are.
    package let endpoints: Endpoints
    /// When a failed request is sent again.
    package let retry: RetryPolicy
    /// What all requests together may spend on being sent again.
    package let budget: RetryBudget
    let environment: AWSEnvironment
    let context: RequestContext
    private let callDeadline: CallDeadline?
    private let stack: any AWSHandler

    /// Makes a client.
    ///
    /// - Parameters:
    ///   - executor: what sends HTTP requests.
    ///   - credentials: where keys come from; asked before each attempt.
    ///   - region: such as `eu-central-1`.
    ///   - endpoints: replaced addresses, if any.
    ///   - retry: when a failed request is sent again.
    ///   - timeout: how long the head of one answer may take.
    ///   - deadline: until when whoever calls at the moment has time; nil where nobody ends the process.
    ///   - environment: time, waiting and chance.
    ///   - tracer: makes a span of every call.
    ///   - logger: for what concerns no caller in particular.
    package init(
        executor: any HTTPExecutor,
        credentials: any CredentialProvider,
        region: Region,
        endpoints: Endpoints = Endpoints(),
        retry: RetryPolicy = RetryPolicy(),
        timeout: Duration = .seconds(60),
        deadline: CallDeadline? = nil,
        environment: AWSEnvironment = AWSEnvironment(),
        tracer: some Tracer = NoOpTracer(),
        logger: Logger
    ) {
        let clock = CorrectedClock(now: environment.now)
        self.region = region
        self.endpoints = endpoints
        self.retry = retry
        self.environment = environment
        budget = RetryBudget()
        callDeadline = deadline
        context = RequestContext(logger: logger)
        let retrying = RetryMiddleware(
            policy: retry,
            budget: budget,
            clock: clock,
            environment: environment,
            next: SigningMiddleware(
                credentials: credentials,
                region: region.rawValue,
                clock: clock,
                next: ResponseMiddleware(executor: executor, timeout: timeout, environment: environment)
            )
        )
        stack = TracingMiddleware(tracer: tracer, next: retrying)
    }

    private init(_ other: AWSClient, context: RequestContext) {
        region = other.region
        endpoints = other.endpoints
        retry = other.retry
        budget = other.budget
        environment = other.environment
        stack = other.stack
        callDeadline = other.callDeadline
        self.context = context
    }

    /// The same client (credentials, budget, clock) for one invocation.
    ///
    /// - Parameters:
    ///   - deadline: no attempt starts after it, and no wait goes beyond it.
    ///   - logger: with the invocation's metadata bound.
    /// - Returns: a client that shares everything else with this one.
    package func with(deadline: Date?, logger: Logger? = nil) -> AWSClient {
        AWSClient(self, context: RequestContext(logger: logger ?? context.logger, deadline: deadline))
    }

    /// Sends one request, and again where that helps.
    ///
    /// - Throws: ``AWSError`` for every failure, `CancellationError` when the task was cancelled.
    package func execute(_ request: AWSRequest) async throws -> AWSResponse {
        var context = context
        context.deadline = context.deadline ?? callDeadline?.date
        return try await stack.handle(request, context: context)
    }
}
