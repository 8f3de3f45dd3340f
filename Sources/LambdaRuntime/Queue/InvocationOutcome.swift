package import NIOCore

/// Why a queue takes no more invocations.
package enum InvocationQueueClosure: Error, Equatable, Sendable {
    /// The scope that serves the queue has ended.
    case stopped
    /// The function reported that it could not start.
    case initializationFailed(LambdaErrorReport)
    /// The function's process ended, could not be started or was ended.
    case workerFailed(LambdaErrorReport)
}

/// How an invocation ended.
package enum InvocationOutcome: Equatable, Sendable {
    /// The function answered.
    case response(ByteBuffer)
    /// The function reported a failure.
    case failure(LambdaErrorReport)
    /// The queue was closed before there was an answer; `delivered` tells whether the function had the event.
    case closed(InvocationQueueClosure, delivered: Bool)
    /// The queue already holds as many invocations as it may.
    case queueFull
}
