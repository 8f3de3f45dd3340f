package import Logging

/// Sends requests. The port between our clients and an HTTP library; tests put a double in its place.
package protocol HTTPExecutor: Sendable {
    /// Sends one request and returns as soon as the head of the answer is there.
    ///
    /// Redirects are answers like any other: they are never followed. Nothing is retried.
    ///
    /// - Parameters:
    ///   - request: what to send.
    ///   - timeout: how long the head of the answer may take, connecting and sending included.
    ///   - logger: carries the caller's metadata; the transport logs at `trace` only.
    /// - Returns: the head of the answer, and its body to be pulled.
    /// - Throws: ``TransportError`` when no answer came; `CancellationError` when the task was cancelled.
    func execute(_ request: HTTPRequest, timeout: Duration, logger: Logger) async throws -> HTTPResponse
}
