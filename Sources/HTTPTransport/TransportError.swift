/// A request that got no answer, or an answer that could not be read.
///
/// An HTTP status is never an error at this level.
package struct TransportError: Error, Sendable, CustomStringConvertible {
    /// What went wrong, as a name that can be compared.
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Value: String, Sendable {
            case invalidURL, connectionFailed, certificateRefused, timedOut, connectionLost, bodyTooLarge
            case invalidConfiguration
        }

        private let value: Value

        /// The URL cannot be used.
        package static let invalidURL = Code(value: .invalidURL)
        /// No connection could be made: name, address, port, proxy or TLS.
        package static let connectionFailed = Code(value: .connectionFailed)
        /// Nobody that this machine trusts vouches for the server's certificate, or it is another server's.
        package static let certificateRefused = Code(value: .certificateRefused)
        /// The answer, or the next part of it, did not come in time.
        package static let timedOut = Code(value: .timedOut)
        /// The connection ended before the answer was complete.
        package static let connectionLost = Code(value: .connectionLost)
        /// The body is larger than the caller accepts.
        package static let bodyTooLarge = Code(value: .bodyTooLarge)
        /// The transport's own settings are wrong, for example unreadable extra roots.
        package static let invalidConfiguration = Code(value: .invalidConfiguration)

        package var description: String { value.rawValue }
    }

    /// The kind of failure.
    package let code: Code
    /// One sentence, free of URLs, header values and bodies.
    package let message: String

    /// Makes an error.
    package init(_ code: Code, message: String) {
        self.code = code
        self.message = message
    }

    /// Whether the same request may succeed when it is sent again.
    package var isRetryable: Bool {
        code == .connectionFailed || code == .timedOut || code == .connectionLost
    }

    package var description: String { "\(code): \(message)" }
}
