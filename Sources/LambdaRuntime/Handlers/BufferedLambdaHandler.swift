package import Logging
package import NIOCore

/// A function over bytes: the form in which the run loop calls every handler.
package protocol BufferedLambdaHandler: Sendable {
    /// Handles one event.
    ///
    /// - Parameters:
    ///   - event: the event as it came, JSON in UTF-8.
    ///   - context: what the platform said about the invocation.
    /// - Returns: the response, JSON in UTF-8.
    /// - Throws: any error; ``LambdaRuntimeError`` with code `invalidInput` for an event that cannot be decoded.
    func handle(_ event: ByteBuffer, context: LambdaContext) async throws -> ByteBuffer

    /// What every log line of the invocation tells besides its `request.id`, also the line of its failure.
    func logMetadata(for event: ByteBuffer) -> Logger.Metadata
}

extension BufferedLambdaHandler {
    package func logMetadata(for event: ByteBuffer) -> Logger.Metadata { [:] }
}
