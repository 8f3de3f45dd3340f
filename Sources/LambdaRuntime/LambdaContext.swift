package import Logging

/// What the platform says about one invocation.
package struct LambdaContext: Sendable {
    /// The invocation's id, as shown in the platform's logs.
    package let requestID: String
    /// The X-Ray trace header, empty when the invocation is not traced.
    package let traceID: String
    /// The ARN the function was invoked by, with a qualifier when one was used.
    package let invokedFunctionARN: String
    /// When the platform ends the invocation.
    package let deadline: LambdaClock.Instant
    /// A logger that carries the invocation's `request.id` and, when traced, `trace.id`.
    package let logger: Logger

    /// Makes a context; tests of handlers do so, otherwise the run loop does.
    package init(
        requestID: String,
        traceID: String = "",
        invokedFunctionARN: String,
        deadline: LambdaClock.Instant,
        logger: Logger
    ) {
        self.requestID = requestID
        self.traceID = traceID
        self.invokedFunctionARN = invokedFunctionARN
        self.deadline = deadline
        self.logger = logger
    }

    /// The time left until the deadline; negative once it has passed.
    package func getRemainingTime() -> Duration {
        LambdaClock().now.duration(to: deadline)
    }
}
