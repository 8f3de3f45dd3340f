package import NIOCore

/// One event with what came beside it.
package struct LambdaInvocation: Equatable, Sendable {
    /// The invocation's id; responses are addressed by it.
    package var requestID: String
    /// When the platform ends the invocation.
    package var deadline: LambdaClock.Instant
    /// The ARN the function was invoked by.
    package var invokedFunctionARN: String
    /// The X-Ray trace header, empty when there is none.
    package var traceID: String
    /// The event, JSON in UTF-8.
    package var event: ByteBuffer

    /// Makes an invocation.
    package init(
        requestID: String,
        deadline: LambdaClock.Instant,
        invokedFunctionARN: String,
        traceID: String = "",
        event: ByteBuffer
    ) {
        self.requestID = requestID
        self.deadline = deadline
        self.invokedFunctionARN = invokedFunctionARN
        self.traceID = traceID
        self.event = event
    }
}
