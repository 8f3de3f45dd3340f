package import NIOCore

/// Where the run loop takes events from and hands answers to.
package protocol LambdaRuntimeClientProtocol: Sendable {
    /// Waits for the next event, without limit.
    ///
    /// - Throws: `CancellationError` when the task is cancelled or the source has been closed.
    func nextInvocation() async throws -> LambdaInvocation

    /// Completes an invocation with a response.
    func reportResponse(_ response: ByteBuffer, for requestID: String) async throws

    /// Completes an invocation with a failure.
    func reportError(_ report: LambdaErrorReport, for requestID: String) async throws

    /// Reports that no handler could be made.
    ///
    /// - Returns: whether the report was taken. It may be refused once an event has been asked for; the failure
    ///   is then told in answer to the first event.
    func reportInitializationError(_ report: LambdaErrorReport) async throws -> Bool
}
